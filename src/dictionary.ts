/**
 * Byte strings → 0, 1, 2, … in the order of first sight. Open addressing over columns and pages of bytes:
 * no object per entry, 20 bytes beside the string itself.
 */

/** A string's address is its page and its offset there in 32 bits, so 4,096 pages of 1 MiB: 4 GiB of strings. */
const PAGE_BITS = 20;
const PAGE_BYTES = 1 << PAGE_BITS;
const FIRST_CAPACITY = 1024;

export class Dictionary {
  /** How many strings there are. */
  size = 0;

  /** Id + 1 by hash, 0 where empty. The length is a power of two, at least twice the size. */
  #slots = new Int32Array(2 * FIRST_CAPACITY);
  #hashes = new Int32Array(FIRST_CAPACITY);
  #addresses = new Uint32Array(FIRST_CAPACITY);
  #lengths = new Int32Array(FIRST_CAPACITY);
  readonly #pages: DataView[] = [];
  /** Where the next string goes in the last page. */
  #offset = PAGE_BYTES;

  /** The id of the bytes [start, end) whose hash this is, or −1. */
  find(view: DataView, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]! - 1;
      if (id < 0) return -1;
      if (
        this.#hashes[id] === hash &&
        this.#lengths[id] === end - start &&
        this.#equals(id, view, start, end)
      ) {
        return id;
      }
    }
  }

  /** Copies the bytes in and gives them the next id. They must not be there yet. */
  add(view: DataView, start: number, end: number, hash: number): number {
    const id = this.size++;
    if (id === this.#hashes.length) this.#grow();
    this.#hashes[id] = hash;
    this.#lengths[id] = end - start;
    this.#addresses[id] = this.#store(new Uint8Array(view.buffer, view.byteOffset + start, end - start));
    this.#place(id);
    return id;
  }

  /** The bytes of an id. They belong to the dictionary. */
  bytes(id: number): Buffer {
    const page = this.#pages[this.#addresses[id]! >>> PAGE_BITS]!;
    const offset = this.#addresses[id]! & (PAGE_BYTES - 1);
    return Buffer.from(page.buffer as ArrayBuffer, page.byteOffset + offset, this.#lengths[id]);
  }

  #equals(id: number, view: DataView, start: number, end: number): boolean {
    const address = this.#addresses[id]!;
    const page = this.#pages[address >>> PAGE_BITS]!;
    let offset = address & (PAGE_BYTES - 1);
    let i = start;
    for (; i + 4 <= end; i += 4, offset += 4) {
      if (view.getInt32(i, true) !== page.getInt32(offset, true)) return false;
    }
    for (; i < end; i++, offset++) if (view.getUint8(i) !== page.getUint8(offset)) return false;
    return true;
  }

  #store(bytes: Uint8Array): number {
    if (this.#offset + bytes.length > PAGE_BYTES) {
      this.#pages.push(new DataView(new ArrayBuffer(Math.max(PAGE_BYTES, bytes.length))));
      this.#offset = 0;
    }
    const page = this.#pages.length - 1;
    const at = this.#offset;
    new Uint8Array(this.#pages[page]!.buffer).set(bytes, at);
    this.#offset += bytes.length;
    return page * PAGE_BYTES + at;
  }

  #place(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[id]! & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id + 1;
  }

  #grow(): void {
    const capacity = 2 * this.#hashes.length;
    this.#hashes = grown(this.#hashes, capacity);
    this.#lengths = grown(this.#lengths, capacity);
    this.#addresses = grown(this.#addresses, capacity);
    this.#slots = new Int32Array(2 * capacity);
    for (let id = 0; id < this.size - 1; id++) this.#place(id);
  }
}

/** A copy with room for `capacity` elements; the new ones hold `fill`. */
export function grown<Column extends Int32Array | Uint32Array>(
  column: Column,
  capacity: number,
  fill = 0,
): Column {
  const larger = new (column.constructor as new (length: number) => Column)(capacity);
  larger.set(column);
  if (fill !== 0) larger.fill(fill, column.length);
  return larger;
}
