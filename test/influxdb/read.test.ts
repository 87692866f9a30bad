/** Windows of time: as wide as a page, whole, in order, and gone on with anywhere. */
import t, { type Test } from 'tap';
import { AnnotationNames } from '../../src/annotate.ts';
import { InfluxHistory } from '../../src/influxdb/read.ts';
import { timeOf, timeText } from '../../src/time.ts';
import type { Piece } from '../../src/train/train.ts';
import { fluxServer, table } from '../support/flux-server.ts';

const SECOND = 1_000_000_000n;
const START = 1_700_000_000n * SECOND;
const END = START + 86_400n * SECOND;

interface Asked {
  readonly from: bigint;
  readonly to: bigint;
}

/** A server that has points at these times, and a history in it. */
async function stored(t: Test, times: readonly bigint[], page: number) {
  const asked: Asked[] = [];
  const { url, asked: queries } = await fluxServer(t, ({ flux, response }) => {
    const [, from, to] = /range\(start: (\S+), stop: (\S+)\)/.exec(flux)!;
    const window = { from: timeOf(from!)!, to: timeOf(to!)! };
    asked.push(window);
    const inside = times.filter((time) => time >= window.from && time < window.to);
    response.end(table(inside.map((time) => [timeText(time), 1])));
  });
  const history = new InfluxHistory({
    connection: { url, org: 'o', bucket: 'b', token: 't' },
    ...{ start: START, end: END, filters: ['m'], page },
    names: new AnnotationNames('anomaly'),
    stop: new AbortController().signal,
  });
  return { history, asked, queries };
}

async function piecesOf(history: InfluxHistory, position?: unknown): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of history.read(position)) pieces.push(piece);
  return pieces;
}

const timesOf = (pieces: readonly Piece[]) =>
  pieces.flatMap(({ bytes }) => String(bytes).match(/\d+(?=\n)/g) ?? []).map(BigInt);

/** One every ten seconds, but for an hour with twenty a second, and silence before the evening. */
const TIMES = Array.from({ length: 86_400 * 20 }, (_, i) => START + (BigInt(i) * SECOND) / 20n).filter(
  (_, i) => {
    const second = i / 20;
    if (second >= 20_000 && second < 20_600) return true;
    return i % 200 === 0 && (second < 40_000 || second > 70_000);
  },
);

t.test('every point, once, in order, whatever the page', async (t) => {
  for (const page of [100, 5000]) {
    const { history, asked } = await stored(t, TIMES, page);
    const pieces = await piecesOf(history);
    t.strictSame(timesOf(pieces), TIMES);
    t.equal(pieces.at(-1)!.share, 1);
    t.ok(pieces.every(({ share }, i) => share >= (pieces[i - 1]?.share ?? 0)));
    // Those that had too much are asked again.
    const taken = asked.filter(({ from }, i) => asked[i + 1]?.from !== from);
    t.ok(
      taken.every(({ to }, i) => to === (taken[i + 1]?.from ?? END)),
      'without a gap',
    );
    const values = ({ from, to }: Asked) => TIMES.filter((time) => time >= from && time < to).length;
    const most = Math.max(...taken.map(values));
    t.ok(most <= 2 * page, `${most} values at most`);
    t.comment(`page ${page}: ${asked.length} queries, ${taken.length} of them taken, ${most} values at most`);
    if (page === 5000) t.ok(asked.length < 40, 'and not many queries');
  }
});

t.test('where a silence ends is found at once', async (t) => {
  const times = TIMES.filter((time) => time > START + 70_000n * SECOND);
  const { history, asked } = await stored(t, times, 500);
  t.strictSame(timesOf(await piecesOf(history)), times);
  const twice = asked.filter(({ from }, i) => asked[i + 1]?.from === from);
  t.ok(twice.length < 3, `${twice.length} windows were too wide`);
});

t.test('what is in one second is read together', async (t) => {
  const times = Array.from({ length: 1000 }, (_, i) => START + BigInt(i));
  const { history } = await stored(t, times, 10);
  t.strictSame(timesOf(await piecesOf(history)), times);
});

t.test('goes on from any position, and only behind whole windows', async (t) => {
  const { history } = await stored(t, TIMES, 2000);
  const pieces = await piecesOf(history);
  const all = timesOf(pieces);
  for (const [i, piece] of pieces.entries()) {
    const position = piece.position(0);
    t.equal(position !== undefined, piece.ends);
    if (position === undefined || i % 7 > 0) continue;
    const before = timesOf(pieces.slice(0, i + 1));
    const rest = timesOf(await piecesOf(history, JSON.parse(JSON.stringify(position))));
    t.strictSame([...before, ...rest], all, history.describe(position));
  }
  t.strictSame(await piecesOf(history, { time: String(END) }), []);
});

t.test('asks for what is not ours', async (t) => {
  const { history, queries } = await stored(t, [], 1000);
  await piecesOf(history);
  t.equal(await history.begin(), START);
  const [flux] = queries;
  t.match(flux, 'from(bucket: "b")');
  t.match(flux, '(r["_measurement"] == "m")');
  for (const name of ['anomaly', 'internal_anomaly']) t.match(flux, `r._measurement != "${name}"`);
  for (const name of ['anomaly', 'anomaly_detector', 'anomaly_score', 'anomaly_reason'])
    t.match(flux, `r._field != "${name}"`);
});

t.test('its name tells one history from another, but not by its times', async (t) => {
  const name = (changes: object) =>
    new InfluxHistory({
      connection: { url: 'u', org: 'o', bucket: 'b', token: 't', ...changes },
      ...{ start: 0n, end: 1n, filters: [], ...changes },
      names: new AnnotationNames('anomaly'),
      stop: new AbortController().signal,
    }).name;
  t.equal(name({ start: 1n, token: 'x' }), name({}));
  for (const changes of [{ url: 'x' }, { org: 'x' }, { bucket: 'x' }, { filters: ['x'] }])
    t.not(name(changes), name({}));
});

t.test('what would be passed over in silence is refused', async (t) => {
  const { history } = await stored(t, [START], 10);
  const position = (await piecesOf(history)).at(-1)!.position(0);
  t.strictSame(position, { time: String(END), begin: String(START) });
  t.throws(() => history.check(position, true), { code: 'TRAIN_READ', message: /later --stop/ });
  t.doesNotThrow(() => history.check(position, false), 'one that was killed at its end');
  const earlier = { time: String(END - 1n), begin: String(START + 1n) };
  t.throws(() => history.check(earlier, true), { code: 'TRAIN_READ', message: /earlier --start/ });
  t.doesNotThrow(() => history.check({ time: String(END - 1n) }, true), 'of a mark without a begin');
  const earlierStretch = { time: String(START - 1n), begin: String(START - SECOND) };
  const last = (await piecesOf(history, earlierStretch)).at(-1)!.position(0);
  t.strictSame(
    last,
    { time: String(END), begin: String(START) },
    'what lies between two stretches was not read',
  );
  const within = { time: String(START + 1n), begin: String(START - SECOND) };
  t.match((await piecesOf(history, within)).at(-1)!.position(0), { begin: within.begin });
});
