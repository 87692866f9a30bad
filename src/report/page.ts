/** The page around a report's data: html, style and scripts, ours and uPlot's, in one. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Modules to whoever edits them, and one script in the page, which has no files to import. The last one begins. */
const SCRIPTS = ['words.js', 'columns.js', 'plot.js', 'page.js'];

/** What stands before the data, and what behind. */
export function page(title: string): [head: string, body: string] {
  const ours = (name: string) =>
    readFileSync(new URL(`../../../src/report/page/${name}`, import.meta.url), 'utf8');
  const { resolve } = createRequire(import.meta.url);
  const theirs = (name: string) => readFileSync(resolve(`uplot/dist/${name}`), 'utf8');
  const parts: Record<string, string> = {
    __title__: title.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`),
    '/* style */': theirs('uPlot.min.css') + ours('page.css'),
    '/* script */': `${theirs('uPlot.iife.min.js')}\n${SCRIPTS.map((name) => joined(ours(name))).join('\n')}`,
  };
  const [head, body] = ours('page.html').split('<!-- data -->\n');
  const filled = (html = '') => html.replace(/__title__|\/\* (style|script) \*\//g, (name) => parts[name]!);
  return [filled(head), filled(body)];
}

/** A module without what ties it to others. */
function joined(module: string): string {
  return module.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, '');
}
