/**
 * The memory of the hot tier: frames of 4 KiB, each the place of a page of rows or of names, whose owner can do
 * without it because the store can have it. Frames lie in chunks, and what holds for a frame is a column.
 */

import { enough, grown } from '../column.ts';
import type { Rows } from '../detector.ts';

/** float64s in a frame. */
export const FRAME_FLOATS = 512;
export const FRAME_BYTES = 8 * FRAME_FLOATS;
const FRAME_BITS = 9;
/** 64 frames to a chunk, which is 256 KiB: few objects, and memory that is not touched yet costs nothing. */
const CHUNK_BITS = 15;
const CHUNK_FLOATS = 1 << CHUNK_BITS;
const CHUNK_FRAMES = CHUNK_FLOATS / FRAME_FLOATS;
/** A place has 32 bits, whatever sign: 32 GiB in usual frames, or so many larger pages. */
const MOST_CHUNKS = 2 ** (32 - CHUNK_BITS);
/** Of so many frames, taken by chance, the one that is used least is given up. */
const SAMPLES = 5;
const MOST_USES = 255;
/** Of a frame, in the columns. */
const COLUMN_BYTES = 18;
/** In place of a stamp. */
const PINNED = -1;

/** The same memory in four widths. */
export interface Page extends Rows {
  readonly i32: Int32Array;
  readonly view: DataView;
}

/** Whose pages lie in frames. */
export interface Tenant {
  /** How much dearer it is to bring one of its pages back than a page of rows. */
  readonly weight: number;
  /** Gives the page up: what the store does not have yet goes there. The frame is released afterwards. */
  evict(page: number, frame: number): void;
}

export class Frames {
  readonly #chunks: (Page | undefined)[] = [];
  /** Chunks that have been given back, whose numbers can be used again. */
  readonly #gone: number[] = [];
  /** Frames in use before that are free now. */
  readonly #free: number[] = [];
  /** The chunk whose frames are handed out for the first time, and how many of them have been. */
  #chunk = -1;
  #touched = CHUNK_FRAMES;
  #tenants: (Tenant | undefined)[] = [];
  #pages = new Int32Array(CHUNK_FRAMES);
  #stamps = new Int32Array(CHUNK_FRAMES);
  #uses = new Uint8Array(CHUNK_FRAMES);
  #dirty = new Uint8Array(CHUNK_FRAMES);
  #now = 1;
  #random = 0x9e3779b9;
  /** Bytes of memory behind the frames, those that are free included. */
  resident = 0;
  /** How many pages were given up. */
  evictions = 0;

  /** Free frames that have memory behind them. */
  get free(): number {
    return this.#free.length;
  }

  /** Bytes of the columns. */
  get overhead(): number {
    return this.#pages.length * COLUMN_BYTES;
  }

  /** Bytes by which they grow when so many usual frames more shall have room. */
  growth(frames: number): number {
    const chunks = this.#chunks.length + Math.ceil(Math.max(0, frames - this.free) / CHUNK_FRAMES);
    return COLUMN_BYTES * (enough(this.#pages.length, chunks * CHUNK_FRAMES) - this.#pages.length);
  }

  /** The chunk in which the place lies. */
  page(place: number): Page {
    return this.#chunks[place >>> CHUNK_BITS]!;
  }

  /** Where in its chunk the place lies, in float64s. */
  at(place: number): number {
    return place & (CHUNK_FLOATS - 1);
  }

  /** The place where the frame begins: an int32, which may be negative, but never is −1. */
  place(frame: number): number {
    return frame << FRAME_BITS;
  }

  /** The frame in which the place lies. */
  frameOf(place: number): number {
    return place >>> FRAME_BITS;
  }

  /** Whether there are places for so many more frames and so many larger pages. */
  hasPlaces(frames: number, larges: number): boolean {
    const chunks = Math.ceil(Math.max(0, frames - this.free) / CHUNK_FRAMES) + larges;
    return this.#chunks.length - this.#gone.length + chunks <= MOST_CHUNKS;
  }

  /** From now on no frame is in use, so each can be given up. */
  tick(): void {
    this.#now++;
  }

  /** The page in the frame is in use until the next tick. */
  use(frame: number): void {
    if (this.#stamps[frame] === this.#now || this.#stamps[frame] === PINNED) return;
    this.#stamps[frame] = this.#now;
    if (this.#uses[frame]! < MOST_USES) this.#uses[frame]!++;
  }

  /** The page in the frame stays for ever. */
  pin(frame: number): void {
    this.#stamps[frame] = PINNED;
  }

  isDirty(frame: number): boolean {
    return this.#dirty[frame] === 1;
  }

  /** The page in the frame differs from the store's, or does not any more. */
  mark(frame: number, dirty: boolean): void {
    this.#dirty[frame] = dirty ? 1 : 0;
  }

  /** A frame for the page, in use, its content undefined; one of its own where `floats` do not fit into a usual one. */
  take(tenant: Tenant, page: number, floats = FRAME_FLOATS): number {
    const frame = floats > FRAME_FLOATS ? this.#large(floats) : this.#usual();
    this.#tenants[frame] = tenant;
    this.#pages[frame] = page;
    this.#uses[frame] = 0;
    this.#dirty[frame] = 0;
    this.#stamps[frame] = 0;
    this.use(frame);
    return frame;
  }

  release(frame: number): void {
    this.#tenants[frame] = undefined;
    const chunk = Math.floor(frame / CHUNK_FRAMES);
    const { length } = this.#chunks[chunk]!.f64;
    if (length === CHUNK_FLOATS) this.#free.push(frame);
    else this.#drop(chunk, 8 * length);
  }

  /**
   * Gives up the page that is used least among some of those that are not in use. Answers whether there was one.
   * @param clean only a page that the store has
   */
  evict(clean: boolean, tenant?: Tenant): boolean {
    const victim = this.#victim(clean, tenant);
    if (victim < 0) return false;
    this.#evict(victim);
    return true;
  }

  /** Gives a whole chunk back to the system. Answers whether there was one without a frame that is in use. */
  shrink(clean: boolean): boolean {
    const evictable = (frame: number) => this.#tenants[frame] === undefined || this.#evictable(frame, clean);
    const chunks = this.#chunks.length;
    // Not always the first: its number is given again at once, to what has just come in.
    const first = this.#chance(chunks);
    for (let tried = 0; tried < chunks; tried++) {
      const chunk = (first + tried) % chunks;
      if (chunk === this.#chunk || this.#chunks[chunk]?.f64.length !== CHUNK_FLOATS) continue;
      const frames = Array.from({ length: CHUNK_FRAMES }, (_, i) => chunk * CHUNK_FRAMES + i);
      if (!frames.every(evictable)) continue;
      for (const frame of frames) if (this.#tenants[frame] !== undefined) this.#evict(frame);
      const free = this.#free.filter((frame) => Math.floor(frame / CHUNK_FRAMES) !== chunk);
      this.#free.splice(0, this.#free.length, ...free);
      this.#drop(chunk, CHUNK_FRAMES * FRAME_BYTES);
      return true;
    }
    return false;
  }

  #evict(frame: number): void {
    this.evictions++;
    this.#tenants[frame]!.evict(this.#pages[frame]!, frame);
    this.release(frame);
  }

  #evictable(frame: number, clean: boolean): boolean {
    return (
      this.#tenants[frame] !== undefined &&
      this.#stamps[frame] !== this.#now &&
      this.#stamps[frame] !== PINNED &&
      !(clean && this.#dirty[frame] === 1)
    );
  }

  /**
   * By chance among the least used, and a sample that is spared has its uses halved. Series that come in turn are
   * all used alike, and then chance keeps many of them; the least recently used of them would always be the next.
   */
  #victim(clean: boolean, tenant: Tenant | undefined): number {
    const frames = this.#tenants.length;
    const suits = (frame: number) =>
      this.#evictable(frame, clean) && (tenant === undefined || this.#tenants[frame] === tenant);
    let victim = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const frame = this.#chance(frames);
      if (!suits(frame)) continue;
      const worth = (this.#uses[frame]! + 1) * this.#tenants[frame]!.weight;
      this.#uses[frame] = this.#uses[frame]! >> 1;
      if (worth >= least) continue;
      victim = frame;
      least = worth;
    }
    if (victim >= 0 || frames === 0) return victim;
    for (let i = 0, frame = this.#chance(frames); i < frames; i++, frame = (frame + 1) % frames) {
      if (suits(frame)) return frame;
    }
    return -1;
  }

  #chance(below: number): number {
    let random = this.#random;
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    this.#random = random;
    return (random >>> 0) % below;
  }

  #usual(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#touched === CHUNK_FRAMES) {
      this.#chunk = this.#addChunk(CHUNK_FLOATS);
      this.#touched = 0;
    }
    this.resident += FRAME_BYTES;
    return this.#chunk * CHUNK_FRAMES + this.#touched++;
  }

  /** A chunk of its own, told from the usual ones by its length. */
  #large(floats: number): number {
    const length = floats === CHUNK_FLOATS ? floats + 1 : floats;
    this.resident += 8 * length;
    return this.#addChunk(length) * CHUNK_FRAMES;
  }

  #addChunk(floats: number): number {
    const chunk = this.#gone.pop() ?? this.#chunks.length;
    if (chunk === MOST_CHUNKS)
      throw new RangeError(`the state takes more than ${MOST_CHUNKS} chunks of memory`);
    const f64 = new Float64Array(floats);
    const { buffer } = f64;
    const views = { f32: new Float32Array(buffer), i32: new Int32Array(buffer), view: new DataView(buffer) };
    this.#chunks[chunk] = { f64, ...views };
    const frames = this.#chunks.length * CHUNK_FRAMES;
    if (frames > this.#pages.length) this.#grow(enough(this.#pages.length, frames));
    return chunk;
  }

  #drop(chunk: number, bytes: number): void {
    this.#chunks[chunk] = undefined;
    this.#gone.push(chunk);
    this.resident -= bytes;
  }

  #grow(frames: number): void {
    this.#pages = grown(this.#pages, frames);
    this.#stamps = grown(this.#stamps, frames);
    this.#uses = grown(this.#uses, frames);
    this.#dirty = grown(this.#dirty, frames);
  }
}
