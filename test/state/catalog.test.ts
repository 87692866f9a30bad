import t from 'tap';
import type { Detector } from '../../src/detector.ts';
import {
  type Catalog,
  decodeCatalog,
  decodeText,
  encodeText,
  FORMAT,
  fieldKeyKey,
  identityOf,
  newCatalog,
} from '../../src/state/catalog.ts';

const detector: Detector = {
  name: 'shaped',
  version: 1,
  threshold: 1,
  options: ({ z }) =>
    z.object({
      season: z.string().default('24h').meta({ shapes: true }),
      buckets: z.int().default(24).meta({ shapes: true }),
      least: z.number().default(0),
      ratio: z.number().default(0).meta({ wanted: 'a ratio' }),
    }),
  create: () => ({ width: 1, score: () => 0, learn: () => {} }),
};
const options = { season: '24h', buckets: 24, least: 0, ratio: 0 };
const identity = identityOf(detector, options, 'mine');

t.test('what shapes the rows names them', async (t) => {
  const others = [
    identityOf(detector, { ...options, season: '7d' }, 'mine'),
    identityOf(detector, { ...options, buckets: 25 }, 'mine'),
    identityOf(detector, options, 'yours'),
    identityOf({ ...detector, name: 'other' }, options, 'mine'),
    identityOf({ ...detector, version: 2 }, options, 'mine'),
    identityOf(detector, { ...options, season: '24', buckets: '24' }, 'mine'),
  ];
  t.equal(new Set([identity, ...others]).size, others.length + 1);
});

t.test('what does not shape them is no part of their name', async (t) => {
  t.equal(identityOf(detector, { ...options, least: 5, ratio: 1 }, 'mine'), identity);
  const reversed = Object.fromEntries(Object.entries(options).reverse());
  t.equal(identityOf(detector, reversed, 'mine'), identity, 'nor the order of the options');
  const shuffled: Detector = {
    ...detector,
    options: (types) => {
      const { shape } = detector.options(types);
      return types.z.object(Object.fromEntries(Object.entries(shape).reverse()));
    },
  };
  t.equal(
    identityOf(shuffled, options, 'mine'),
    identity,
    'nor the order in which the detector declares them',
  );
});

t.test('a catalog that is damaged, or of another format, is told apart by its code', async (t) => {
  const catalog: Catalog = { ...newCatalog(), savedAt: 5 };
  t.strictSame(decodeCatalog(encodeText(JSON.stringify(catalog))), catalog);
  t.throws(() => decodeCatalog(encodeText(JSON.stringify(catalog)).subarray(1)), { code: 'STATE_DAMAGED' });
  const newer = { ...catalog, format: FORMAT + 1 };
  t.throws(() => decodeCatalog(encodeText(JSON.stringify(newer))), { code: 'STATE_FORMAT' });
});

t.test('text comes back as it was, and every bit that is flipped is found', async (t) => {
  const catalog: Catalog = { ...newCatalog(), savedAt: 5 };
  for (const text of ['', 'a', 'é温😀\0', JSON.stringify(catalog)]) {
    const value = encodeText(text);
    t.equal(decodeText(value), text);
    t.equal(decodeText(Uint8Array.from(value)), text);
    for (let bit = 0; bit < 8 * value.length; bit++) {
      const flipped = Buffer.from(value);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      if (decodeText(flipped) !== undefined) t.fail(`bit ${bit} of ${JSON.stringify(text)}`);
    }
    for (let end = 0; end < value.length; end++) {
      if (decodeText(value.subarray(0, end)) !== undefined) t.fail(`${end} bytes of ${JSON.stringify(text)}`);
    }
  }
});

t.test('keys of field keys ascend', async (t) => {
  const keys = [0, 1, 255, 256, 2 ** 31].map(fieldKeyKey);
  t.strictSame([...keys].sort(Buffer.compare), keys);
});
