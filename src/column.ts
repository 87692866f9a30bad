/** Columns: what is known of a thing stands at its number in typed arrays, which grow by copying. */

type Column = Int32Array | Uint32Array | Uint8Array | Float32Array | Float64Array;

/** A copy with room for `capacity` elements; the new ones hold `fill`. */
export function grown<Kind extends Column>(column: Kind, capacity: number, fill = 0): Kind {
  const larger = new (column.constructor as new (length: number) => Kind)(capacity);
  larger.set(column);
  if (fill !== 0) larger.fill(fill, column.length);
  return larger;
}

/** From so many elements on a column grows by an eighth: to have it twice as long would waste too much of the memory. */
const LARGE = 4096;

/** The next capacity of a column that is full, at least `least`. */
export function larger(capacity: number, least = 0): number {
  return Math.max(capacity < LARGE ? 2 * capacity : Math.ceil(1.125 * capacity), least);
}

/** The capacity of a column that has grown until it has room for so many elements. */
export function enough(capacity: number, elements: number): number {
  let next = capacity;
  while (next < elements) next = larger(next);
  return next;
}
