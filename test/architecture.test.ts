/** Which way the arrows point, and what else holds for every file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import ts from 'typescript';
import { plugins } from '../plugins/all.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_OURS = /^(node_modules|dist|\..*)$/;
const MOST_LINES = 300;

/** What uses the state. */
const ROAD = /^src\/(commands\/.*|live|pipeline|recall|select|detect|annotate)\.ts$/;

/** Types only: there is nothing to run. */
const TYPES: readonly string[] = ['src/detector.ts', 'src/store.ts'];

interface Import {
  /** As it is written. */
  readonly target: string;
  /** Nothing of it is left at run time. */
  readonly types: boolean;
}

function imports(text: string): Import[] {
  const found: Import[] = [];
  const add = (target: ts.Node | undefined, types: boolean): void => {
    if (target !== undefined && ts.isStringLiteralLike(target)) found.push({ target: target.text, types });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('any.ts', text, ts.ScriptTarget.Latest));
  return found;
}

const isTest = (file: string): boolean => file.startsWith('test/') || file.endsWith('.test.ts');
const isPlugin = (file: string): boolean => file.startsWith('plugins/') && file !== 'plugins/all.ts';

/** Why `file` may not import `target` (both from the package's root; a package by its name), if so. */
function objection(file: string, target: string, types: boolean): string | undefined {
  if (isTest(file)) return undefined;
  if (target.startsWith('test/')) return 'only tests import test/';
  if (file === 'src/cli.ts') {
    return isPlugin(target) ? 'plugins are reached through plugins/all.ts' : undefined;
  }
  if (file.startsWith('src/math/'))
    return target.startsWith('src/math/') ? undefined : 'src/math/ stands alone';
  if (file.startsWith('src/state/') && ROAD.test(target)) return 'the state does not know the road';
  if (file.startsWith('src/')) {
    return target.startsWith('plugins/') ? 'src/ does not know plugins/; they are handed down' : undefined;
  }
  if (isPlugin(file)) {
    if (target.startsWith(`${dirname(file)}/`) || target.startsWith('src/math/')) return undefined;
    if (target === 'src/detector.ts' || target === 'src/store.ts') {
      return types ? undefined : 'a plugin takes types only from it';
    }
    if (file.startsWith('plugins/stores/') && !/^(src|plugins|bench|examples)\//.test(target))
      return undefined;
    return 'a plugin imports src/detector.ts, src/store.ts, src/math/ and its own folder';
  }
  return undefined;
}

function objections(file: string, text: string): string[] {
  return imports(text).flatMap(({ target, types }) => {
    const path = target.startsWith('.') ? posix.join(dirname(file), target) : target;
    const reason = objection(file, path, types);
    return reason === undefined ? [] : [`${file} imports ${target}: ${reason}`];
  });
}

/** Every file of the project, by its path from the root. */
const files = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => {
  if (entry.isFile()) return [entry.name];
  if (!entry.isDirectory() || NOT_OURS.test(entry.name)) return [];
  return readdirSync(`${ROOT}${entry.name}`, { recursive: true, withFileTypes: true })
    .filter((inner) => inner.isFile())
    .map((inner) => posix.join(inner.parentPath, inner.name).slice(ROOT.length));
});
const read = (file: string): string => readFileSync(`${ROOT}${file}`, 'utf8');
const sources = files.filter((file) => file.endsWith('.ts'));

t.test('arrows point one way', async (t) => {
  t.strictSame(
    sources.flatMap((file) => objections(file, read(file))),
    [],
  );
});

t.test('an arrow that points the wrong way is seen', async (t) => {
  const zscore = 'plugins/detectors/zscore/zscore.ts';
  const wrong: [file: string, text: string][] = [
    ['src/pipeline.ts', "import { plugins } from '../plugins/all.ts';"],
    ['src/commands/run.ts', "const p = await import('../../plugins/all.ts');"],
    ['src/cli.ts', "import zscore from '../plugins/detectors/zscore/zscore.ts';"],
    ['src/cli.ts', "import '../test/support/load.ts';"],
    ['src/math/random.ts', "import type { Rows } from '../detector.ts';"],
    [zscore, "import { State } from '../../../src/state/state.ts';"],
    [zscore, "import type { State } from '../../../src/state/state.ts';"],
    [zscore, "import { type Rows } from '../../../src/detector.ts';"],
    [zscore, "export * from '../../../src/detector.ts';"],
    [zscore, "import nothing from '../null/null.ts';"],
    [zscore, "import { z } from 'zod';"],
    ['src/state/hot.ts', "import type { Select } from '../select.ts';"],
    ['bench/score.ts', "import {\n  Shelf,\n} from '../test/conformance/shelf.ts';"],
  ];
  for (const [file, text] of wrong) t.equal(objections(file, text).length, 1, `${file}: ${text}`);
  const right: [file: string, text: string][] = [
    ['src/cli.ts', "import { plugins } from '../plugins/all.ts';"],
    [zscore, "import type { Rows } from '../../../src/detector.ts';"],
    [zscore, "let rows: import('../../../src/detector.ts').Rows;"],
    [zscore, "import { uniform } from '../../../src/math/random.ts';"],
    [zscore, "import { half } from './half.ts';"],
    ['plugins/stores/lmdb/lmdb.ts', "import { open } from 'lmdb';"],
    [
      'plugins/detectors/zscore/zscore.test.ts',
      "import { Shelf } from '../../../test/conformance/shelf.ts';",
    ],
  ];
  for (const [file, text] of right) t.strictSame(objections(file, text), [], `${file}: ${text}`);
});

t.test('a plugin has one name', async (t) => {
  for (const [kind, table] of Object.entries(plugins)) {
    const folders = readdirSync(`${ROOT}plugins/${kind}`).sort();
    t.strictSame(Object.keys(table).sort(), folders, `plugins/${kind}: folders and plugins/all.ts`);
    for (const [name, load] of Object.entries(table as Record<string, () => Promise<{ default: unknown }>>)) {
      const { default: plugin } = await load();
      t.equal((plugin as { name: string }).name, name);
      const folder = `plugins/${kind}/${name}/`;
      for (const file of ['README.md', 'sample.conf', `${name}.ts`, `${name}.test.ts`]) {
        t.ok(files.includes(`${folder}${file}`), `${folder}${file}`);
      }
    }
  }
});

t.test('every file of src/ has a test of its name', async (t) => {
  // What yargs is told is tested as the program that comes of it.
  const test = (source: string) => source.replace(/^src\/(cli(?=\/)|.*(?=\.ts)).*/, 'test/$1.test.ts');
  const without = sources.filter((file) => file.startsWith('src/') && !files.includes(test(file)));
  t.strictSame(without.sort(), [...TYPES].sort());
});

t.test('files of types only leave nothing to run', async (t) => {
  for (const file of TYPES) {
    const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, removeComments: true };
    t.equal(
      ts.transpileModule(read(file), { compilerOptions: options }).outputText.trim(),
      'export {};',
      file,
    );
  }
});

t.test(`no file has more than ${MOST_LINES} lines without a reason`, async (t) => {
  const long = sources.filter((file) => !isTest(file) && read(file).split('\n').length - 1 > MOST_LINES);
  t.strictSame(long, []);
});

t.test('no file names a home directory', async (t) => {
  const home = /(?<![\w.])\/(?:home|Users|root)\/\w/;
  t.match('see /home/'.concat('ann/file'), home);
  const text = files.filter((file) => !/\.(gz|png|jpg)$/.test(file));
  t.strictSame(
    text.filter((file) => home.test(read(file))),
    [],
  );
});
