/** The dashboard that we ship asks for what we write: each of its queries answers something, from a real InfluxDB. */
import { readFileSync } from 'node:fs';
import t from 'tap';
import { Child } from '../support/child.ts';
import { InfluxDB } from '../support/influxdb.ts';
import { BUILD_MILLISECONDS, influxdbPart, ROOT } from '../support/parts.ts';

t.setTimeout(BUILD_MILLISECONDS);
const { path, options } = influxdbPart();

interface Dashboard {
  readonly panels: readonly { type: string; title: string; targets?: readonly { query: string }[] }[];
  readonly templating: { readonly list: readonly { name: string; type: string; query: { query: string } }[] };
}
const dashboard = JSON.parse(readFileSync(`${ROOT}examples/grafana/dashboard.json`, 'utf8')) as Dashboard;

/** What the panels show is of the last hours: so are the points. */
const ROUNDS = 400;
const STEP_SECONDS = 10;
const SPIKE = 390;
const FIRST_SECOND = Math.floor(Date.now() / 1000) - ROUNDS * STEP_SECONDS;

const ANOMALY_TOML = ['tags', 'fields', 'events']
  .map(
    (way) =>
      `[[detectors.zscore]]\n  alias = "${way}"\n  namepass = ["by_${way}"]\n  annotate = "${way}"\n  threshold = 8\n`,
  )
  .join('');

const points = Array.from({ length: ROUNDS }, (_, round) => {
  const value = round === SPIKE ? 99 : 20 + (round % 7) / 10;
  const time = `${FIRST_SECOND + round * STEP_SECONDS}000000000`;
  return ['tags', 'fields', 'events'].map(
    (way) => `by_${way},host=web-1 used=${value},free=${100 - value} ${time}\n`,
  );
}).flat();

type Variables = Readonly<Record<string, string>>;

function filled(text: string, variables: Variables): string {
  return text.replace(/\$\{(\w+)(:regex)?\}/g, (all, name: string, regex?: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`nobody gives ${all} a value`);
    return regex === undefined ? value : value.replace(/[-.*+?^$|()[\]{}/\\]/g, '\\$&');
  });
}

/** As Grafana sends it: with its variables filled in, and the range and the width of a step as options. */
function rendered(query: string, variables: Variables): string {
  const text = filled(query, variables);
  const imports = (text.match(/^import .*\n/gm) ?? []).join('');
  const range = '{timeRangeStart: -6h, timeRangeStop: now(), windowPeriod: 1s}';
  return `${imports}option v = ${range}\n${text.slice(imports.length)}`;
}

t.test('the queries of the dashboard', options, async (t) => {
  const influxdb = await InfluxDB.start(t, path, 'metrics');
  const config = `[agent]\n  stats_interval = "500ms"\n[state]\n  path = "state"\n  snapshot_interval = "100ms"\n${ANOMALY_TOML}`;
  const child = await Child.start(t, { files: { 'anomaly.toml': config } });
  await child.write(points.join(''));
  // A total is shown by how much it grows a second, so there must be figures of two seconds.
  const figures = () => child.text.match(/^internal_anomaly,.*\n/gm) ?? [];
  const seconds = () => new Set(figures().map((line) => line.trimEnd().slice(0, -9).split(' ').at(-1)));
  await child.until('it has told its figures twice', () => seconds().size > 1);
  t.equal((await child.end()).code, 0);
  await influxdb.write('metrics', child.text);

  for (const way of ['tags', 'fields']) {
    const variables = {
      bucket: 'metrics',
      measurement: `by_${way}`,
      field: 'used',
      tag: 'host',
      value: 'web-1',
    };
    const offered: Record<string, string> = { ...variables };
    for (const { name, type, query } of dashboard.templating.list) {
      if (type !== 'query') continue;
      const rows = await influxdb.query(rendered(query.query, variables));
      t.ok(
        rows.some((row) => row._value === offered[name]),
        `annotate = "${way}": ${name} can be chosen`,
      );
    }
    for (const { title, targets = [] } of dashboard.panels) {
      for (const [at, { query }] of targets.entries()) {
        const rows = await influxdb.query(rendered(query, variables));
        t.ok(rows.length > 0, `annotate = "${way}": ${filled(title, variables)}: ${rows.length} rows`);
        if (query.includes('"internal_anomaly"')) {
          const asked = [...query.matchAll(/_field == "(\w+)"/g)].map(([, field]) => field);
          const answered = new Set(rows.map((row) => row._field));
          t.strictSame([...answered].sort(), asked.sort(), 'each of its figures is told');
        }
        if (!title.startsWith('$')) continue;
        const values = rows.map((row) => Number(row._value));
        if (at === 0) t.ok(values.length >= ROUNDS, 'the line has no gap where a point is flagged');
        else t.strictSame(values, [99], 'and the flagged point is shown on it');
      }
    }
  }
});

t.test('a query that asks for nothing of ours is seen', options, async (t) => {
  const influxdb = await InfluxDB.start(t, path, 'metrics');
  await influxdb.write('metrics', 'by_tags,host=web-1 used=20 1767225600000000000');
  const { query } = dashboard.panels.flatMap(({ targets = [] }) => targets)[0]!;
  const variables = { bucket: 'metrics', measurement: 'by_tags', field: 'used', tag: 'host', value: 'web-1' };
  t.strictSame(await influxdb.query(rendered(query, variables)), [], 'it is of another time');
  await t.rejects(influxdb.query(rendered(`${query} |> nothing()`, variables)), {
    message: /undefined identifier/,
  });
});
