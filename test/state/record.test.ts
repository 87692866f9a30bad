import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  decodeRecord,
  encodeRecord,
  RECORD_PREFIX,
  recordKey,
  type StoredSeries,
  tagSetOf,
} from '../../src/state/record.ts';

const LONGEST_KEY = 1100;
/** Whether a tag set stands in the key or goes on in the record is decided at 1,000 bytes. */
const length = fc.oneof(fc.nat(5000), fc.integer({ min: 990, max: 1010 }));
const tagSet = fc
  .tuple(length, fc.nat(255))
  .map(([length, seed]) => Buffer.from({ length, 0: seed }).map((_, i) => (seed + 31 * i + (i >> 8)) & 0xff));
const word = fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const series: fc.Arbitrary<StoredSeries[]> = fc.array(
  fc.record({
    fieldKey: word,
    isScore: fc.boolean(),
    rows: fc.array(fc.tuple(word, word), { maxLength: 5 }).map((pairs) => pairs.flat()),
  }),
  { maxLength: 6 },
);

t.test('comes back as it was, whatever the length of the tag set', async () => {
  fc.assert(
    fc.property(tagSet, series, (tagSet, series) => {
      const key = recordKey(tagSet);
      const record = encodeRecord(key, tagSet, series);
      const same = isDeepStrictEqual(
        decodeRecord(key, record),
        series.map((one) => ({ ...one })),
      );
      return same && key.length <= LONGEST_KEY && tagSetOf(key, record).equals(tagSet);
    }),
    { numRuns: 500 },
  );
});

t.test('tag sets that differ have keys that differ, all with the prefix', async () => {
  fc.assert(
    fc.property(tagSet, fc.nat(), fc.integer({ min: 1, max: 255 }), (tagSet, at, change) => {
      const other = Buffer.from(tagSet);
      if (other.length > 0) other[at % other.length]! ^= change;
      const key = recordKey(tagSet);
      const begins = Buffer.from(RECORD_PREFIX).equals(key.subarray(0, RECORD_PREFIX.length));
      const longer = recordKey(Buffer.concat([tagSet, Buffer.from([change])]));
      return begins && !longer.equals(key) && (tagSet.length === 0 || !recordKey(other).equals(key));
    }),
    { numRuns: 500 },
  );
});

t.test('every bit that is flipped is found, and every byte that is missing', async (t) => {
  for (const length of [5, 999, 1000, 1001, 1040]) {
    const tagSet = Buffer.alloc(length, 'x');
    const key = recordKey(tagSet);
    const rows = [7, 0, 2 ** 31 - 1, 12];
    const record = encodeRecord(key, tagSet, [
      { fieldKey: 0, isScore: false, rows },
      { fieldKey: 3, isScore: true, rows: [] },
    ]);
    let found = 0;
    for (let bit = 0; bit < 8 * record.length; bit++) {
      const flipped = Buffer.from(record);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      if (decodeRecord(key, flipped) === undefined) found++;
    }
    t.equal(found, 8 * record.length, `${length} bytes`);
    for (let end = 0; end < record.length; end++)
      t.equal(decodeRecord(key, record.subarray(0, end)), undefined);
  }
});

t.test('under another key a record is refused', async (t) => {
  for (const length of [5, 1000, 2000]) {
    const [one, other] = [Buffer.alloc(length, 'x'), Buffer.alloc(length, 'x')];
    other[length - 1] = 0x79;
    const record = encodeRecord(recordKey(one), one, []);
    t.strictSame(decodeRecord(recordKey(one), record), []);
    t.equal(decodeRecord(recordKey(other), record), undefined);
  }
});

t.test('may be a view', async (t) => {
  const tagSet = Buffer.from('m,host=a');
  const key = recordKey(tagSet);
  const series = [{ fieldKey: 1, isScore: true, rows: [4, 5] }];
  const padded = Buffer.concat([Buffer.from('abc'), encodeRecord(key, tagSet, series), Buffer.from('d')]);
  t.strictSame(decodeRecord(key, padded.subarray(3, -1)), series);
});
