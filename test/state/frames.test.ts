import fc from 'fast-check';
import t from 'tap';
import { FRAME_BYTES, FRAME_FLOATS, Frames, type Tenant } from '../../src/state/frames.ts';

const CHUNK_FRAMES = 64;
const CHUNK_BYTES = CHUNK_FRAMES * FRAME_BYTES;

/** Remembers which of its pages are in which frames, and which it has given up. */
class Owner implements Tenant {
  readonly weight: number;
  readonly frames = new Map<number, number>();
  readonly gone: number[] = [];

  constructor(weight = 1) {
    this.weight = weight;
  }

  evict(page: number, frame: number): void {
    if (this.frames.get(page) !== frame) throw new Error(`page ${page} is not in frame ${frame}`);
    this.frames.delete(page);
    this.gone.push(page);
  }

  take(frames: Frames, page: number, floats?: number): number {
    const frame = frames.take(this, page, floats);
    this.frames.set(page, frame);
    return frame;
  }
}

/** The floats of a frame. */
function floatsOf(frames: Frames, frame: number, floats = FRAME_FLOATS): Float64Array {
  const place = frames.place(frame);
  return frames.page(place).f64.subarray(frames.at(place), frames.at(place) + floats);
}

t.test('a frame is a place of its own, in four widths', async (t) => {
  const frames = new Frames();
  const owner = new Owner();
  const taken = Array.from({ length: 3 * CHUNK_FRAMES }, (_, page) => owner.take(frames, page));
  t.equal(new Set(taken).size, taken.length);
  for (const frame of taken) floatsOf(frames, frame).fill(frame + 0.5);
  for (const frame of taken) {
    t.ok(floatsOf(frames, frame).every((float) => float === frame + 0.5)) || t.bailout();
    const place = frames.place(frame) + 7;
    t.equal(frames.frameOf(place), frame);
    const { f64, f32, i32, view } = frames.page(place);
    const at = frames.at(place);
    view.setFloat64(8 * at, Math.PI, true);
    t.equal(f64[at], Math.PI);
    view.setFloat32(8 * at, 1.5, true);
    view.setInt32(8 * at + 4, -5, true);
    t.same([f32[2 * at], i32[2 * at + 1]], [1.5, -5]);
  }
  t.equal(frames.resident, taken.length * FRAME_BYTES);
  t.equal(frames.free, 0);
});

t.test('memory counts from the first frame that is used, and stays with frames that are free', async (t) => {
  const frames = new Frames();
  const owner = new Owner();
  t.equal(frames.resident, 0);
  const frame = owner.take(frames, 0);
  t.equal(frames.resident, FRAME_BYTES);
  frames.release(frame);
  t.same([frames.resident, frames.free], [FRAME_BYTES, 1]);
  t.equal(owner.take(frames, 1), frame, 'it is used again');
  t.same([frames.resident, frames.free], [FRAME_BYTES, 0]);
  const { overhead } = frames;
  for (let page = 2; page < 5 * CHUNK_FRAMES; page++) owner.take(frames, page);
  t.ok(frames.overhead > overhead);
  t.ok(frames.overhead < frames.resident / 50, 'columns are little beside frames');
});

t.test('a larger page has a chunk of its own, whose memory goes with it', async (t) => {
  const frames = new Frames();
  const owner = new Owner();
  const usual = owner.take(frames, 0);
  floatsOf(frames, usual).fill(1);
  // A chunk of just the usual size is still not taken for one of the usual chunks.
  for (const floats of [FRAME_FLOATS + 1, CHUNK_BYTES / 8, CHUNK_BYTES]) {
    const before = frames.resident;
    const large = owner.take(frames, 1, floats);
    floatsOf(frames, large, floats).fill(2);
    t.equal(frames.frameOf(frames.place(large)), large);
    t.ok(frames.resident - before >= 8 * floats && frames.resident - before <= 8 * floats + 8);
    frames.tick();
    t.notOk(frames.shrink(false), 'shrink leaves it alone');
    frames.release(large);
    t.same([frames.resident, frames.free], [before, 0]);
  }
  const { overhead } = frames;
  for (let n = 0; n < 20; n++) frames.release(owner.take(frames, 1, FRAME_FLOATS + 1));
  t.equal(frames.overhead, overhead, 'their numbers are given again');
  t.ok(floatsOf(frames, usual).every((float) => float === 1));
});

t.test('what is in use, pinned, or not clean is not given up', async (t) => {
  const frames = new Frames();
  const [owner, other] = [new Owner(), new Owner()];
  const [used, pinned, dirty, idle] = [0, 1, 2, 3].map((page) => owner.take(frames, page));
  frames.pin(pinned!);
  frames.mark(dirty!, true);
  t.ok(frames.isDirty(dirty!) && !frames.isDirty(idle!));
  t.notOk(frames.evict(false), 'all are in use until the next tick');
  frames.tick();
  frames.use(used!);
  t.notOk(frames.evict(false, other), 'of nobody else');
  t.ok(frames.evict(true));
  t.notOk(frames.evict(true));
  t.same(owner.gone, [3]);
  t.ok(frames.evict(false));
  t.notOk(frames.evict(false));
  t.same(owner.gone, [3, 2]);
  frames.mark(used!, true);
  frames.tick();
  t.notOk(frames.evict(true));
  frames.mark(used!, false);
  t.ok(frames.evict(true));
  frames.tick();
  frames.use(pinned!);
  frames.tick();
  t.notOk(frames.evict(false), 'for ever');
  t.equal(frames.evictions, 3);
  t.equal(frames.free, 3);
  const last = owner.take(frames, 9);
  frames.mark(last, true);
  frames.release(last);
  t.equal(owner.take(frames, 9), last);
  t.notOk(frames.isDirty(last), 'a new page is clean');
});

t.test('what is used often, or dear to bring back, stays longer', async (t) => {
  const PAGES = 400;
  /** The shares of two owners' pages that are left when a quarter of all has been given up. */
  const kept = (weights: readonly [number, number], uses: readonly [number, number]) => {
    const frames = new Frames();
    const owners = weights.map((weight) => new Owner(weight));
    for (let page = 0; page < PAGES; page++) for (const owner of owners) owner.take(frames, page);
    if (frames.evict(false)) throw new Error('all are in use');
    for (let round = 0; round < Math.max(...uses); round++) {
      frames.tick();
      for (const [i, owner] of owners.entries())
        if (round < uses[i]!) for (const frame of owner.frames.values()) frames.use(frame);
    }
    frames.tick();
    for (let n = 0; n < PAGES / 2; n++) frames.evict(false);
    return owners.map((owner) => owner.frames.size / PAGES);
  };
  const [often, seldom] = kept([1, 1], [256, 0]);
  t.ok(often! > 0.9 && seldom! < 0.6, `${often} and ${seldom} are kept`);
  const [dear, cheap] = kept([16, 1], [1, 1]);
  t.ok(dear! > 0.9 && cheap! < 0.6, `${dear} and ${cheap} are kept`);
  const [one, another] = kept([1, 1], [1, 1]);
  t.ok(Math.abs(one! - another!) < 0.1, `${one} and ${another} are kept`);
});

t.test('shrink gives a chunk back where nothing in it is in use', async (t) => {
  const frames = new Frames();
  const owner = new Owner();
  const taken = Array.from({ length: 3 * CHUNK_FRAMES + 1 }, (_, page) => owner.take(frames, page));
  floatsOf(frames, taken[0]!).fill(1);
  frames.tick();
  frames.use(taken[0]!);
  frames.mark(taken[CHUNK_FRAMES]!, true);
  frames.release(taken[2 * CHUNK_FRAMES]!);
  owner.frames.delete(2 * CHUNK_FRAMES);
  const { resident } = frames;
  t.ok(frames.shrink(true), 'the third');
  t.equal(owner.gone.length, CHUNK_FRAMES - 1);
  t.same([resident - frames.resident, frames.free], [CHUNK_BYTES, 0]);
  t.notOk(frames.shrink(true), 'one is not clean');
  t.ok(frames.shrink(false), 'the second');
  t.notOk(frames.shrink(false), 'one is in use, and one is the newest');
  t.equal(frames.resident, resident - 2 * CHUNK_BYTES);
  t.ok(floatsOf(frames, taken[0]!).every((float) => float === 1));
  // Their numbers are given again.
  for (let page = 1000; page < 1000 + 3 * CHUNK_FRAMES; page++) owner.take(frames, page);
  t.equal(new Set(owner.frames.values()).size, owner.frames.size);
});

t.test('whatever is taken, given up and given back, no two pages share a place', async () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 40 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ large: fc.integer({ min: FRAME_FLOATS + 1, max: CHUNK_BYTES / 4 }) }),
    },
    { weight: 2, arbitrary: fc.record({ evict: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 2, arbitrary: fc.record({ release: fc.nat(), dirty: fc.boolean() }) },
    { weight: 1, arbitrary: fc.constantFrom('tick' as const, 'shrink' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const frames = new Frames();
      const owner = new Owner();
      const sizes = new Map<number, number>();
      let next = 0;
      const take = (floats: number) => {
        const page = next++;
        sizes.set(page, floats);
        floatsOf(frames, owner.take(frames, page, floats), floats).fill(page);
      };
      for (const step of steps) {
        if (step === 'tick') frames.tick();
        else if (step === 'shrink') frames.shrink(false);
        else if ('take' in step) for (let n = 0; n < step.take; n++) take(FRAME_FLOATS);
        else if ('large' in step) take(step.large);
        else if ('evict' in step) for (let n = 0; n < step.evict; n++) frames.evict(n % 2 === 0);
        else {
          const [page, frame] = [...owner.frames][step.release % Math.max(1, owner.frames.size)] ?? [];
          if (page === undefined) continue;
          frames.mark(frame!, step.dirty);
          if (step.dirty) continue;
          frames.release(frame!);
          owner.frames.delete(page);
        }
      }
      let bytes = frames.free * FRAME_BYTES;
      for (const [page, frame] of owner.frames) {
        const floats = sizes.get(page)!;
        if (!floatsOf(frames, frame, floats).every((float) => float === page)) return false;
        bytes += 8 * floats;
      }
      return frames.resident === bytes && frames.evictions === owner.gone.length;
    }),
    { numRuns: 150 },
  );
});

t.test('as many larger pages as a small machine has memory for have places of their own', async (t) => {
  const frames = new Frames();
  const owner = new Owner();
  const taken = Array.from({ length: 70_000 }, (_, page) => {
    const frame = frames.take(owner, page, FRAME_FLOATS + 1);
    const place = frames.place(frame);
    frames.page(place).f64[frames.at(place)] = page;
    return place;
  });
  const wrong = taken.filter(
    (place, page) =>
      place === -1 ||
      frames.page(place).f64[frames.at(place)] !== page ||
      frames.place(frames.frameOf(place)) !== place,
  );
  t.strictSame(wrong, []);
  t.ok(frames.hasPlaces(64 * 60_000, 1000));
  t.notOk(frames.hasPlaces(64 * 60_000, 2000));
});
