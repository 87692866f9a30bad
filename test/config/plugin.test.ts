import { join } from 'node:path';
import t from 'tap';
import { checkInstance, importDetector, reasonOf } from '../../src/config/plugin.ts';
import type { Instance } from '../../src/detector.ts';

/** A detector's members, each as its source text. */
const MINE = {
  name: "'mine'",
  version: '1',
  threshold: '3',
  options: '({ z }) => z.object({})',
  create: '() => ({ width: 1, score() { return 0; }, learn() {} })',
};
const detector = (members: Readonly<Record<string, string>>) =>
  `export default { ${Object.entries(members).map(([key, text]) => `${key}: ${text}`)} }`;

t.test('a detector in a file of the user', async (t) => {
  const text = detector({ ...MINE, more: '7' });
  const dir = t.testdir({ 'mine.mjs': text, 'sub dir#': { 'mine.mjs': text } });
  const there: [module: string, folder: string][] = [
    ['./mine.mjs', dir],
    ['mine.mjs', dir],
    ['../mine.mjs', join(dir, 'sub dir#')],
    ['mine.mjs', join(dir, 'sub dir#')],
    [join(dir, 'mine.mjs'), '/'],
  ];
  for (const [module, folder] of there)
    t.match(await importDetector('mine', module, folder), { name: 'mine', threshold: 3, more: 7 }, module);
});

t.test('a module that is no such detector', async (t) => {
  const cases: Record<string, [module: string, words: RegExp]> = {
    nothing: ['export const detector = 1;', /default export/],
    null: ['export default null;', /default export/],
    function: ['export default () => {};', /default export/],
    syntax: ['export default {', /cannot be loaded/],
    throws: ['throw new Error("no licence\\nat all");', /cannot be loaded: no licence$/],
    package: ['import "no-such-package";', /no-such-package/],
    other: [detector({ ...MINE, name: "'yours'" }), /\[\[detectors\.yours\]\]/],
    nameless: [detector({ ...MINE, name: "''" }), /: name: expected a string that is not empty/],
    threshold: [detector({ ...MINE, threshold: '0' }), /: threshold: expected a number above 0, got 0/],
    version: [detector({ ...MINE, version: '1.5' }), /: version: expected a whole number, got 1\.5/],
    versionless: [detector({ ...MINE, version: 'undefined' }), /: version: missing/],
    options: [detector({ ...MINE, options: '{}' }), /: options: expected a function options/],
    create: [detector({ ...MINE, create: 'undefined' }), /: create: missing; expected a function create/],
  };
  const dir = t.testdir(
    Object.fromEntries(Object.entries(cases).map(([name, [text]]) => [`${name}.mjs`, text])),
  );
  for (const [name, [, message]] of Object.entries({ ...cases, absent: ['', /cannot be loaded/] as const })) {
    const file = `${name}.mjs`;
    const error = await importDetector('mine', file, dir).catch((error: unknown) => error);
    t.match(error, { code: 'PLUGIN_INVALID', message }, name);
    t.match(reasonOf(error), join(dir, file), 'says the whole path');
  }
});

t.test('what an error says, in one line', async (t) => {
  const cases: [error: unknown, reason: string][] = [
    [new Error('one\ntwo'), 'one'],
    [new TypeError(), 'TypeError'],
    ['thrown text\nmore', 'thrown text'],
    [undefined, 'undefined'],
  ];
  for (const [error, reason] of cases) t.equal(reasonOf(error), reason);
});

t.test('what create must answer', async (t) => {
  const sound = { width: 0, score: () => 0, learn: () => {} };
  checkInstance(sound);
  checkInstance({ ...sound, width: 3, band: () => {} });
  const broken: unknown[] = [null, undefined, 7, { width: 1 }, { ...sound, learn: 1 }, { ...sound, band: 1 }];
  for (const width of [-5, 1.5, undefined, '1', Number.NaN, 1e12]) broken.push({ ...sound, width });
  for (const instance of broken)
    t.throws(() => checkInstance(instance as Instance), { code: 'PLUGIN_INVALID' });
});
