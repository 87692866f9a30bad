import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { labelledFiles } from '../examples/labelled/make.ts';
import { ROOT } from './support/parts.ts';

const FOLDER = `${ROOT}examples/labelled/`;

t.test('examples/labelled is what its script makes', async (t) => {
  const files = labelledFiles();
  const there = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.\w+$/.test(file),
  );
  t.same(there.sort(), ['make.ts', ...files.keys()].sort());
  for (const [file, text] of files) t.equal(readFileSync(FOLDER + file, 'utf8'), text, file);
});
