/**
 * Byte strings → small integers. Open addressing over columns; the strings themselves lie in frames, those that
 * were first seen together side by side. No object per entry, 16 bytes and the slots beside the string. The slots
 * are in many small tables, which grow one by one, so that no point waits long for it.
 */
import { enough, grown } from '../column.ts';
import { FRAME_FLOATS, type Frames, type Tenant } from './frames.ts';

const FIRST_CAPACITY = 1024;
/** Tables of slots, by the hash's first bits. */
const TABLES = 256;
const TABLE_SHIFT = 24;
const FIRST_SLOTS = 8;
/** A table of slots is kept at most this full. */
const FULLEST = 0.7;
const NONE = -1;
/** Before a string in its frame: its id, and how many bytes it has; 0 ends a frame that is not full. */
const HEADER_BYTES = 8;

/** Told before the strings of a frame go, so that what belongs to them can be put away. */
export type OnEvict = (id: number) => void;

export class Dictionary implements Tenant {
  /** A frame of strings comes back one string at a time. */
  readonly weight = 16;
  /** How many strings there are. */
  size = 0;

  readonly #frames: Frames;
  readonly #onEvict: OnEvict | undefined;
  /** Id + 1 by hash, 0 where empty. Their lengths are powers of two. */
  readonly #tables = Array.from({ length: TABLES }, () => new Int32Array(FIRST_SLOTS));
  /** How many strings each table has. */
  readonly #counts = new Int32Array(TABLES);
  #slotCount = TABLES * FIRST_SLOTS;
  #hashes = new Int32Array(FIRST_CAPACITY);
  #places = new Int32Array(FIRST_CAPACITY);
  /** Ids below this have been given. */
  #given = 0;
  readonly #free: number[] = [];
  /** The frame that is being filled, and where its next string goes, in float64s. */
  #frame = NONE;
  #offset = 0;

  /** Without `onEvict` the strings stay for ever. */
  constructor(frames: Frames, onEvict?: OnEvict) {
    this.#frames = frames;
    this.#onEvict = onEvict;
  }

  /** Ids are below this: the capacity for columns beside these. */
  get capacity(): number {
    return this.#hashes.length;
  }

  /** Bytes of the columns. */
  get bytesOfColumns(): number {
    return 4 * (this.#slotCount + this.#hashes.length + this.#places.length);
  }

  /** Bytes by which they grow when there are so many strings; less the slots, whose tables grow one by one. */
  growth(strings: number): number {
    return 8 * (enough(this.capacity, strings) - this.capacity);
  }

  /** Grows them. */
  reach(strings: number): void {
    const capacity = enough(this.capacity, strings);
    if (capacity === this.capacity) return;
    this.#hashes = grown(this.#hashes, capacity);
    this.#places = grown(this.#places, capacity);
  }

  /** float64s that a string takes in a frame. */
  static floats(bytes: number): number {
    return (HEADER_BYTES + bytes + 7) >>> 3;
  }

  /** The id of the bytes [start, end) whose hash this is, or −1. */
  find(view: DataView, start: number, end: number, hash: number): number {
    const slots = this.#tables[hash >>> TABLE_SHIFT]!;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = slots[slot]! - 1;
      if (id < 0) return NONE;
      if (this.#hashes[id] === hash && this.#equals(id, view, start, end)) return id;
    }
  }

  /** The string is in use until the frames' next tick. */
  use(id: number): void {
    this.#frames.use(this.#frames.frameOf(this.#places[id]!));
  }

  /** Copies the bytes in and gives them an id: a new one, or one whose string is gone. They must not be there yet. */
  add(view: DataView, start: number, end: number, hash: number): number {
    if (this.#free.length === 0 && this.#given === this.capacity) this.reach(this.capacity + 1);
    const id = this.#free.pop() ?? this.#given++;
    this.size++;
    const table = hash >>> TABLE_SHIFT;
    if (++this.#counts[table]! > FULLEST * this.#tables[table]!.length) this.#rehash(table);
    this.#hashes[id] = hash;
    this.#places[id] = this.#store(id, new Uint8Array(view.buffer, view.byteOffset + start, end - start));
    place(this.#tables[table]!, hash, id);
    return id;
  }

  /** The bytes of an id. They belong to the dictionary. */
  bytes(id: number): Buffer {
    const place = this.#places[id]!;
    const { view } = this.#frames.page(place);
    const at = 8 * this.#frames.at(place);
    return Buffer.from(view.buffer as ArrayBuffer, at + HEADER_BYTES, view.getInt32(at + 4, true));
  }

  /** Takes the strings of the frame out; their ids will be given again. */
  evict(_page: number, frame: number): void {
    const start = this.#frames.place(frame);
    const { view, f64 } = this.#frames.page(start);
    const end = this.#frames.at(start) + Math.min(FRAME_FLOATS, f64.length);
    for (let at = this.#frames.at(start); at < end; ) {
      const length = view.getInt32(8 * at + 4, true);
      if (length === 0) break;
      const id = view.getInt32(8 * at, true);
      this.#onEvict!(id);
      this.#remove(id);
      at += Dictionary.floats(length);
    }
    if (frame === this.#frame) this.#frame = NONE;
  }

  #equals(id: number, view: DataView, start: number, end: number): boolean {
    const place = this.#places[id]!;
    const page = this.#frames.page(place).view;
    let offset = 8 * this.#frames.at(place) + 4;
    if (page.getInt32(offset, true) !== end - start) return false;
    offset += 4;
    let i = start;
    for (; i + 4 <= end; i += 4, offset += 4) {
      if (view.getInt32(i, true) !== page.getInt32(offset, true)) return false;
    }
    for (; i < end; i++, offset++) if (view.getUint8(i) !== page.getUint8(offset)) return false;
    return true;
  }

  #store(id: number, bytes: Uint8Array): number {
    const floats = Dictionary.floats(bytes.length);
    const { view, place } = this.#room(floats);
    const at = 8 * this.#frames.at(place);
    view.setInt32(at, id, true);
    view.setInt32(at + 4, bytes.length, true);
    new Uint8Array(view.buffer).set(bytes, at + HEADER_BYTES);
    return place;
  }

  #room(floats: number): { view: DataView; place: number } {
    const frames = this.#frames;
    if (floats > FRAME_FLOATS) {
      const place = frames.place(this.#take(floats));
      return { view: frames.page(place).view, place };
    }
    if (this.#frame === NONE || this.#offset + floats > FRAME_FLOATS) {
      this.#frame = this.#take(FRAME_FLOATS);
      this.#offset = 0;
    }
    const place = frames.place(this.#frame) + this.#offset;
    this.#offset += floats;
    const { view } = frames.page(place);
    if (this.#offset < FRAME_FLOATS) view.setInt32(8 * frames.at(place + floats) + 4, 0, true);
    return { view, place };
  }

  #take(floats: number): number {
    const frame = this.#frames.take(this, 0, floats);
    if (this.#onEvict === undefined) this.#frames.pin(frame);
    return frame;
  }

  /** Closes the hole by moving up what would not be found any more (Knuth, The Art of Computer Programming 3, 6.4, R). */
  #remove(id: number): void {
    const table = this.#hashes[id]! >>> TABLE_SHIFT;
    const slots = this.#tables[table]!;
    const mask = slots.length - 1;
    let hole = this.#hashes[id]! & mask;
    while (slots[hole] !== id + 1) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hashes[slots[slot]! - 1]! & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[hole] = slots[slot]!;
      hole = slot;
    }
    slots[hole] = 0;
    this.#free.push(id);
    this.size--;
    this.#counts[table]!--;
  }

  #rehash(table: number): void {
    const old = this.#tables[table]!;
    const slots = new Int32Array(2 * old.length);
    for (const entry of old) if (entry !== 0) place(slots, this.#hashes[entry - 1]!, entry - 1);
    this.#tables[table] = slots;
    this.#slotCount += old.length;
  }
}

function place(slots: Int32Array, hash: number, id: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] !== 0) slot = (slot + 1) & mask;
  slots[slot] = id + 1;
}
