/** What `npm install` gives a user: the package as npm packs it, in a folder far from this one. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import ts from 'typescript';
import { isFlagged } from './support/line-protocol.ts';
import { ROOT } from './support/parts.ts';

/** Compressed bytes. Far more than this is something that does not belong there. */
const LARGEST_PACKAGE = 400_000;

const { version, dependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));

// Not a directory of tap's: those are inside of the project, whose node_modules would be found from there.
const place = realpathSync(mkdtempSync(join(tmpdir(), 'telegraf-anomaly-')));
t.teardown(() => rmSync(place, { recursive: true }));
const modules = join(place, 'node_modules');
const installed = join(modules, 'telegraf-anomaly');
const program = join(installed, 'dist/src/cli.js');

const [packed] = JSON.parse(tool('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', place));
tool('tar', '-xzf', join(place, packed.filename), '-C', place);
mkdirSync(modules);
cpSync(join(place, 'package'), installed, { recursive: true });
for (const name of Object.keys(dependencies)) {
  mkdirSync(dirname(join(modules, name)), { recursive: true });
  symlinkSync(realpathSync(`${ROOT}node_modules/${name}`), join(modules, name));
}
const files: string[] = packed.files.map(({ path }: { path: string }) => path);
const detectors = readdirSync(`${ROOT}plugins/detectors`);

/** Runs a tool in the project, without what the test runner puts into the environment of its children. */
function tool(command: string, ...argv: string[]): string {
  const env = { PATH: process.env.PATH, HOME: place };
  const { status, stdout, stderr } = spawnSync(command, argv, { cwd: ROOT, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${argv[0]}: exit ${status}\n${stderr}`);
  return stdout;
}

/** Runs the installed program in a folder of nothing, with an environment of nearly nothing. */
function installedProgram(argv: readonly string[], input = '') {
  const env = { XDG_STATE_HOME: join(place, 'state') };
  return spawnSync(process.execPath, [program, ...argv], { cwd: place, env, input, encoding: 'utf8' });
}

t.test('holds the program, its docs and its examples, and nothing else', async (t) => {
  const wanted = [
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|telegraf\.conf\.example)$/,
    /^dist\/(src|plugins)\/(?!.*\.test\.).+\.(js|d\.ts)$/,
    /^src\/report\/page\/\w+\.(html|css|js)$/,
    /^plugins\/(detectors|stores)\/\w+\/(README\.md|sample\.conf|grid\.toml)$/,
    /^docs\/(\w[\w-]*\.md|decisions\/[\w-]+\.md)$/,
    /^examples\/(README\.md|anomaly\.toml|detector\/[\w.]+)$/,
    /^examples\/(agent|kafka-to-influxdb|two-layers\/\w+)\/(telegraf\.conf|anomaly\.toml)$/,
    /^examples\/grafana\/dashboard\.json$/,
  ];
  t.strictSame(
    files.filter((file) => !wanted.some((pattern) => pattern.test(file))),
    [],
  );
  const needed = ['LICENSE', 'README.md', 'CHANGELOG.md', 'telegraf.conf.example', 'examples/anomaly.toml'];
  for (const name of detectors) {
    needed.push(`plugins/detectors/${name}/README.md`, `plugins/detectors/${name}/sample.conf`);
  }
  needed.push('plugins/detectors/zscore/grid.toml');
  t.strictSame(
    needed.filter((file) => !files.includes(file)),
    [],
  );
  t.ok(packed.size < LARGEST_PACKAGE, `${packed.size} bytes`);
  t.comment(`${files.length} files, ${packed.size} bytes, ${packed.unpackedSize} unpacked`);
});

t.test('without the optional package its store says what to install', async (t) => {
  const module = pathToFileURL(join(installed, 'dist/plugins/stores/lmdb/lmdb.js')).href;
  const { default: lmdb } = await import(module);
  const opening = lmdb.open({ path: place, sync: false, readOnly: false });
  await t.rejects(opening, { code: 'STORE_MISSING', message: /npm install lmdb/ });
});

t.test('the command that npm links says the version', async (t) => {
  const link = join(place, 'telegraf-anomaly');
  chmodSync(program, 0o755);
  symlinkSync(program, link);
  const env = { PATH: dirname(process.execPath) };
  const { status, stdout } = spawnSync(link, ['--version'], { cwd: '/', env, encoding: 'utf8' });
  t.equal(status, 0);
  t.equal(stdout, `${version}\n`);
});

t.test('run passes the points and flags one', async (t) => {
  const points = Array.from({ length: 300 }, (_, at) => {
    const value = at === 290 ? 1000 : 50 + (at % 7) / 10;
    return `cpu,host=a usage=${value} ${1_767_225_600 + 600 * at}000000000`;
  });
  const { status, stdout, stderr } = installedProgram(['run'], `${points.join('\n')}\n`);
  t.equal(status, 0);
  const complaints = stderr.split('\n').filter((line) => /^[EW]! /.test(line));
  t.equal(complaints.length, 1);
  t.match(complaints[0], /STORE_MISSING/, 'the optional package is not installed here');
  const lines = stdout.split('\n');
  t.equal(lines.pop(), '');
  t.ok(isFlagged(lines[290]!));
  t.strictSame(lines.slice(0, 290), points.slice(0, 290), 'all before it are as they were');
});

t.test('replay finds its page', async (t) => {
  writeFileSync(join(place, 'a.influx'), 'm,host=a v=1 1\nm,host=a v=2 2\n');
  const { status, stderr } = installedProgram(['replay', '--quiet', '--report', 'a.html', 'a.influx']);
  t.equal(status, 0, stderr);
  t.match(readFileSync(join(place, 'a.html'), 'utf8'), /^<!doctype html>.*m,host=a.*uPlot/s);
});

t.test('sample prints a config for each detector that check finds right', async (t) => {
  for (const name of detectors) {
    const sample = installedProgram(['sample', name]);
    t.equal(sample.status, 0, sample.stderr);
    t.match(sample.stdout, `\n[[detectors.${name}]]\n`);
    writeFileSync(join(place, 'anomaly.toml'), sample.stdout);
    const checked = installedProgram(['check', '--config', 'anomaly.toml']);
    t.equal(checked.status, 0, checked.stdout);
  }
});

t.test('check finds the example right, and a mistake wrong', async (t) => {
  const example = join(installed, 'examples/anomaly.toml');
  const checked = installedProgram(['check', '--config', example]);
  t.equal(checked.status, 0, checked.stdout);
  writeFileSync(join(place, 'anomaly.toml'), readFileSync(example, 'utf8').replace('threshold', 'thresold'));
  const refused = installedProgram(['check', '--config', 'anomaly.toml']);
  t.equal(refused.status, 1);
  t.match(refused.stdout, 'CONFIG_UNKNOWN_KEY');
});

t.test('telegraf-anomaly/detector has the types of a detector', async (t) => {
  const consumer = join(place, 'mine.ts');
  writeFileSync(
    consumer,
    `import type { Detector } from 'telegraf-anomaly/detector';
export const right: Detector['version'] = 1;
export const wrong: Detector['version'] = '1';
`,
  );
  const compiled = ts.createProgram([consumer], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  });
  const NOT_ASSIGNABLE = 2322;
  const problems = ts.getPreEmitDiagnostics(compiled).map(({ code, start = 0 }) => ({ code, start }));
  t.strictSame(problems, [{ code: NOT_ASSIGNABLE, start: readFileSync(consumer, 'utf8').indexOf('wrong') }]);
});
