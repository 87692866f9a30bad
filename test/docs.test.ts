/** What is written about the plugins is what they do: README, sample.conf and schema say the same. */
import { existsSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import type { z } from 'zod';
import { plugins } from '../plugins/all.ts';
import { stateSchema } from '../src/config/schema.ts';
import { Toml } from '../src/config/toml.ts';
import { optionTypes } from '../src/options.ts';
import { FRAME_BYTES } from '../src/state/frames.ts';
import { rowsPerPage, strideOf } from '../src/state/page.ts';

const ROOT = new URL('../../', import.meta.url);
const FIRST_LINE = /^# [A-Z].*[^.]$/;
const HEADINGS = [
  'When to use it',
  'When not',
  'Global configuration options',
  'Configuration',
  'Score',
  'Cost',
  'Example',
];

const DETECTORS = readFileSync(new URL('docs/detectors.md', ROOT), 'utf8');

/** As people write it: 1,824. */
function grouped(bytes: number): string {
  return Math.round(bytes).toLocaleString('en-US');
}

/** Bytes of a row in a page that is full. */
function pageShare(width: number): number {
  return FRAME_BYTES / rowsPerPage(strideOf(width));
}

interface Entry {
  readonly prose: string;
  readonly key: string;
  /** As the file writes it. */
  readonly text: string;
}

/** The options that a sample.conf shows: `## prose` lines, then `# key = value`, or `key = value` where it must be set. */
function entries(sample: string): Entry[] {
  return [...sample.matchAll(/((?: {2}## .*\n)+) {2}(?:# )?(\w+) = (.*)\n/g)].map(([, prose, key, text]) => ({
    prose: prose!
      .replace(/^ {2}## /gm, '')
      .replace(/\s+/g, ' ')
      .trim(),
    key: key!,
    text: text!,
  }));
}

/** The fenced blocks of a README that are copies: "```text @file". */
function copies(readme: string): { file: string; text: string }[] {
  return [...readme.matchAll(/^```\w+ @(\S+)\n((?:(?!```).*\n)*)```$/gm)].map(([, file, text]) => ({
    file: file!,
    text: text!,
  }));
}

function checkSample(t: Test, sample: string, header: string, schema: z.ZodObject): void {
  const lines = sample.split('\n');
  t.match(lines[0], FIRST_LINE, 'one line that says what it is, without a period');
  t.equal(lines[1], header);
  t.equal(sample.at(-1), '\n');
  t.strictSame(
    lines.slice(2).filter((line) => !/^$|^ {2}## \S.*|^ {2}(# )?\w+ = \S.*/.test(line)),
    [],
    'two spaces, then prose or an option',
  );
  const shown = entries(sample);
  t.strictSame(
    shown.map(({ key }) => key),
    Object.keys(schema.shape),
    'every option of the schema, in its order, and no other',
  );
  const byDefault = schema.parse({});
  for (const { prose, key, text } of shown) {
    const option = schema.shape[key] as z.ZodType;
    t.equal(prose, option.description, `${key}: the prose of the schema`);
    const { value } = new Toml(`option = ${text}\n`);
    if (key in byDefault) t.strictSame(option.parse(value.option), byDefault[key], `${key}: its default`);
    else {
      t.ok(option.safeParse(value.option).success, `${key}: an example that is valid`);
      t.match(prose, /No default\.$/, `${key}: says that it is no default`);
    }
  }
}

function checkReadme(t: Test, readme: string, folder: URL, threshold: number): void {
  const [title, blank, intro] = readme.split('\n', 3);
  t.match(title, /^# .* Plugin$/);
  t.equal(blank, '');
  t.ok(intro!.length >= 30, 'a paragraph says what it does');
  const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  t.strictSame(headings, HEADINGS, 'the headings that every detector has, in their order');
  t.ok(readme.includes(`\`threshold = ${threshold}\``), 'the default of threshold');
  const found = copies(readme);
  t.equal(found[0]?.file, 'sample.conf', 'the configuration comes first');
  t.equal(found[0]?.text, readFileSync(new URL('sample.conf', folder), 'utf8'), 'word for word');
  const examples = found.slice(1);
  t.ok(examples.length >= 2, 'an example of what comes in and what leaves');
  for (const { file, text } of examples) {
    t.ok(text !== '' && readFileSync(new URL(file, folder), 'utf8').endsWith(text), `the end of ${file}`);
  }
}

for (const [name, load] of Object.entries(plugins.detectors)) {
  t.test(`detectors.${name}`, async (t) => {
    const detector = (await load()).default;
    const folder = new URL(`plugins/detectors/${name}/`, ROOT);
    const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
    checkSample(t, read('sample.conf'), `[[detectors.${name}]]`, detector.options(optionTypes));
    const readme = read('README.md');
    checkReadme(t, readme, folder, detector.threshold);
    const { width } = detector.create(detector.options(optionTypes).parse({}));
    const cost = readme.slice(readme.indexOf('\n## Cost\n'), readme.indexOf('\n## Example\n'));
    t.match(
      cost,
      width === 0 ? /no state/i : new RegExp(`\\b${grouped(8 * width)}\\b`),
      'the bytes of a row',
    );
    const row = DETECTORS.split('\n').find(
      (line) => line.startsWith('| ') && line.includes(`](../plugins/detectors/${name})`),
    );
    t.ok(row?.startsWith('| '), 'a row of the table of all detectors');
    t.match(row, ` ${grouped(pageShare(width))} / `, 'and the bytes in it');
    t.ok(existsSync(new URL('testcases/', folder)));
  });
}

for (const name of Object.keys(plugins.stores)) {
  t.test(`stores.${name}`, async (t) => {
    const folder = new URL(`plugins/stores/${name}/`, ROOT);
    const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
    const [title, header, ...lines] = read('sample.conf').split('\n');
    t.match(title, FIRST_LINE);
    t.equal(header, '[state]');
    t.equal(lines[0], `  store = "${name}"`);
    const byDefault = stateSchema.parse({});
    for (const { prose, key, text } of entries(read('sample.conf'))) {
      const option = stateSchema.shape[key as keyof typeof byDefault] as z.ZodType;
      t.equal(prose, option.description, `${key}: the prose of the schema`);
      const { value } = new Toml(`option = ${text}\n`);
      t.strictSame(
        option.parse(value.option),
        byDefault[key as keyof typeof byDefault],
        `${key}: its default`,
      );
    }
    const readme = read('README.md');
    t.match(readme, /^# .* Store Plugin\n\n.{30}/);
    const headings = [...readme.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    for (const wanted of ['Configuration', 'Cost']) t.ok(headings.includes(wanted), wanted);
    t.strictSame(copies(readme), [{ file: 'sample.conf', text: read('sample.conf') }], 'word for word');
  });
}

t.test('links between the documents lead somewhere', async (t) => {
  const documents = [
    ...Object.entries(plugins).flatMap(([kind, table]) =>
      Object.keys(table).map((name) => `plugins/${kind}/${name}/README.md`),
    ),
    'docs/plugin-guide.md',
    'docs/architecture.md',
    'docs/detectors.md',
    'docs/evaluate.md',
    'docs/operations.md',
    'docs/prepare.md',
    'docs/state.md',
    'README.md',
    'examples/README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
  ].filter((document) => existsSync(new URL(document, ROOT)));
  for (const document of documents) {
    const place = new URL(document, ROOT);
    for (const [, target] of readFileSync(place, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(new URL(target!, place)), `${document}: ${target}`);
    }
  }
});
