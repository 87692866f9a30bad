import { fileURLToPath } from 'node:url';
import t from 'tap';
import { plugins } from '../../plugins/all.ts';
import { readContenders } from '../../src/evaluate/contenders.ts';
import { readCorpus } from '../../src/evaluate/corpus.ts';
import { type Extent, evaluate, type Report } from '../../src/evaluate/evaluate.ts';
import { Ground } from '../../src/evaluate/ground.ts';

const LABELLED = fileURLToPath(new URL('../../../examples/labelled', import.meta.url));
const ground = new Ground(readCorpus(LABELLED));
/** Always right, as no detector is. */
const oracle = {
  name: 'oracle',
  strangeness: ground.worths.map(({ windowOf }) =>
    Float64Array.from(windowOf, (window) => (window < 0 ? 0 : 1)),
  ),
};

async function run(extent: Extent, told: string[] = []): Promise<Report> {
  const entry = { config: undefined, detectors: ['zscore'], grid: undefined, settings: 3, seed: 1 };
  const { contenders, config } = await readContenders(entry, plugins);
  const progress = (text: string) => {
    told.push(text);
  };
  return evaluate({ ground, contenders, stored: [oracle], config, extent, splits: 4, seed: 1, progress });
}

t.test('every detector under every rule, and as it is configured; stored ones raw too', async (t) => {
  const { rows, full, series, windows } = await run('none');
  t.match({ series, windows, full }, { series: 7, windows: 6, full: [] });
  const by = (detector: string) => rows.filter((row) => row.detector === detector);
  t.same(
    by('oracle').map(({ rule }) => rule),
    ['raw', 'quiet', 'hysteresis'],
  );
  for (const name of ['zscore', 'null', 'random'])
    t.same(
      by(name).map(({ rule }) => rule),
      ['quiet', 'hysteresis', 'judge'],
      name,
    );
  for (const row of by('oracle')) {
    t.ok(Math.abs(row.standard - 100) < 1e-9, row.rule);
    t.match(row, { stored: true, auc_pr: 1, windows_found: 6, false_alarms: 0, delay_seconds: 0 });
  }
  for (const row of by('null'))
    t.match(row, { standard: 0, low_fp: 0, low_fn: 0, windows_found: 0, false_alarms: 0 });
  for (const rule of ['quiet', 'judge']) {
    const [zscore, random] = ['zscore', 'random'].map((name) => by(name).find((row) => row.rule === rule)!);
    t.ok(
      zscore!.standard > random!.standard + 20,
      `${rule}: ${zscore!.standard} and by chance ${random!.standard}`,
    );
    t.ok(zscore!.auc_pr > random!.auc_pr, rule);
  }
  t.ok(rows.every((row) => row.threshold_cross_validated === undefined));
});

t.test('the data that constants were found on, by the name of the row', async (t) => {
  const entry = { config: undefined, detectors: ['zscore'], grid: undefined, settings: 1, seed: 1 };
  const { contenders, config } = await readContenders(entry, plugins);
  const zscore = contenders.find(({ name }) => name === 'zscore')!;
  const fast = {
    ground,
    stored: [],
    config,
    extent: 'none',
    splits: 1,
    seed: 1,
    progress: () => {},
  } as const;
  const report = await evaluate({
    ...fast,
    contenders: [zscore, { ...zscore, name: 'mine', foundOn: 'ours' }],
  });
  t.same(report.found_on, { mine: 'ours' });
});

t.test('thresholds chosen on the other half', async (t) => {
  const { rows, full } = await run('threshold');
  t.same(full, []);
  for (const { rule, standard, threshold_cross_validated: validated } of rows) {
    t.equal(validated === undefined, rule === 'judge');
    if (validated === undefined) continue;
    t.equal(validated.splits.length, 4);
    t.ok(validated.mean <= standard + 1e-9, 'no better than in sight');
  }
});

t.test('and options and rule too; progress is told', async (t) => {
  const told: string[] = [];
  const { full } = await run('full', told);
  t.match(full, [
    { detector: 'zscore', settings: 3 },
    { detector: 'null', settings: 1, in_sight: { score: 0 }, cross_validated: { mean: 0 } },
    { detector: 'random', settings: 3 },
    { detector: 'oracle', settings: 1 },
  ]);
  for (const { in_sight, cross_validated, detector } of full)
    t.ok(cross_validated.mean <= in_sight.score + 1e-9, detector);
  t.ok(full[3]!.cross_validated.mean > 99, 'the oracle is right everywhere');
  t.ok(told.includes('zscore: setting 3 of 3'));
});

t.test('the same again', async (t) => {
  t.same(await run('threshold'), await run('threshold'));
});
