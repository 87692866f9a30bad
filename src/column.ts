/** Columns: what is known of a thing stands at its number in typed arrays, which grow by copying. */

type Column = Int32Array | Uint32Array | Uint8Array | Float32Array | Float64Array;

/** A copy with room for `capacity` elements; the new ones hold `fill`. */
export function grown<Kind extends Column>(column: Kind, capacity: number, fill = 0): Kind {
  const larger = new (column.constructor as new (length: number) => Kind)(capacity);
  larger.set(column);
  if (fill !== 0) larger.fill(fill, column.length);
  return larger;
}

/** Beyond this many elements a column grows by a quarter: doubling would waste too much of the memory. */
const LARGE = 1 << 20;

/** A column that is filled beyond this part grows soon. */
const NEARLY_FULL = 7 / 8;

/** Elements by which a column with so many of them filled grows soon; 0 where it does not. */
export function growth(capacity: number, filled: number): number {
  return filled > NEARLY_FULL * capacity ? larger(capacity) - capacity : 0;
}

/** The next capacity of a column that is full, at least `least`. */
export function larger(capacity: number, least = 0): number {
  return Math.max(capacity < LARGE ? 2 * capacity : Math.ceil(1.25 * capacity), least);
}
