/** The detector of a third party in examples/detector/: runs as it stands, and passes the suite of every detector. */
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';
import type { Detector } from '../src/detector.ts';
import { conformance } from './conformance/detector.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = `${ROOT}examples/detector/`;

const { default: change } = (await import(`${EXAMPLE}mine.js`)) as { default: Detector };
conformance(t, change, [{}, { memory_points: 2 }]);

t.test('the program runs it from any folder, without packages beside it', async (t) => {
  const cwd = t.testdir();
  for (const file of ['mine.js', 'anomaly.toml']) copyFileSync(`${EXAMPLE}${file}`, `${cwd}/${file}`);
  const values = [40, 41, 40, 41, 40, 41, 40, 41, 40, 41, 40, 60, 60];
  const lines = values.map((value, i) => `disk,path=/ used_percent=${value},free=5i ${i + 1}000000000\n`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [`${ROOT}dist/src/cli.js`, 'run', '--config', 'anomaly.toml'],
    { cwd, input: lines.join(''), encoding: 'utf8', env: { XDG_STATE_HOME: cwd } },
  );
  t.equal(status, 0, stderr);
  t.notMatch(stderr, /^[EW]! /m);
  const out = stdout.split(/(?<=\n)/);
  t.strictSame(out.toSpliced(11, 1), lines.toSpliced(11, 1), 'the others pass as they are');
  t.match(out[11], /^disk,path=\/,anomaly=warning,anomaly_detector=change used_percent=60,free=5i,/);
  t.match(
    out[11],
    /,anomaly_score=20,anomaly_threshold=8,anomaly_fields="used_percent",/,
    'a change of 20 where 1 is typical',
  );
});

t.test('its JSDoc types are those of the package', async (t) => {
  const program = ts.createProgram([`${EXAMPLE}mine.js`], {
    allowJs: true,
    checkJs: true,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
  });
  const problems = ts.getPreEmitDiagnostics(program);
  t.strictSame(
    problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    [],
  );
});
