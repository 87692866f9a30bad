import t from 'tap';
import {
  headerOf,
  instanceOf,
  opened,
  pageKey,
  pageOf,
  rowsPerPage,
  sealed,
  strideOf,
} from '../../src/state/page.ts';

t.test('keys name an instance and a page, and sort as these do', async (t) => {
  const names = [
    [0, 0],
    [1, 2],
    [1, 256],
    [2 ** 31, 0],
    [2 ** 32 - 1, 2 ** 32 - 1],
  ] as const;
  const keys = names.map(([instance, page]) => pageKey(instance, page));
  t.same(
    keys.map((key) => [instanceOf(key), pageOf(key)]),
    names,
  );
  t.same([...keys].sort(Buffer.compare), keys);
});

t.test('a page comes back as it was, and a wrong bit is seen wherever it is', async (t) => {
  for (const width of [0, 7, 700]) {
    const stride = strideOf(width);
    const rows = Uint8Array.from({ length: rowsPerPage(stride) * stride * 8 }, (_, i) => i % 251);
    const value = sealed(rows, 4_000_000_000);
    t.ok(Buffer.from(opened(value, stride)!.rows).equals(rows));
    t.equal(opened(value, stride)!.session, 4_000_000_000);
    for (let at = 0; at < value.length; at += Math.ceil(value.length / 97)) {
      value[at]! ^= 4;
      t.equal(opened(value, stride), undefined, `byte ${at}`);
      value[at]! ^= 4;
    }
    t.equal(opened(value.subarray(8), stride), undefined);
    t.equal(opened(value, stride + 1), undefined);
  }
});

t.test('a usual page fits into a frame, and a row is never cut', async (t) => {
  for (let width = 0; width < 505; width++) {
    const stride = strideOf(width);
    const bytes = rowsPerPage(stride) * stride * 8;
    t.ok(bytes + 8 <= 4072 && bytes + stride * 8 + 8 > 4072, `width ${width}`);
  }
  t.equal(rowsPerPage(strideOf(1000)), 1);
});

t.test('a header holds any time', async (t) => {
  for (const nanoseconds of [0n, 1n, -1n, 1_700_000_000_123_456_789n, -(2n ** 63n), 2n ** 63n - 1n]) {
    const view = new DataView(new ArrayBuffer(32));
    view.setBigInt64(8, nanoseconds, true);
    view.setInt32(16, 5, true);
    view.setInt32(20, -(2 ** 31), true);
    const header = headerOf(view, 8);
    t.equal(header.nanoseconds, nanoseconds);
    t.ok(Math.abs(header.time - Number(nanoseconds) / 1e9) < 1e-3);
    t.same([header.count, header.flags], [5, -(2 ** 31)]);
  }
});
