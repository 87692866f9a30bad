/** `npm run screenshot`: the README's picture of a report, made of the demo's recording. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Browser } from '../../bench/support/browser.ts';
import { CLI } from './child.ts';
import { chromiumPart, ROOT } from './parts.ts';

const DEMO = `${ROOT}examples/demo/`;
const SHOWN = 'mem,host=demo used_percent';

const directory = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-'));
const file = join(directory, 'report.html');
const argv = [
  'replay',
  '--quiet',
  '--config',
  `${DEMO}anomaly.toml`,
  '--report',
  file,
  `${DEMO}recording.influx.gz`,
];
const { status, stderr } = spawnSync(process.execPath, [CLI, ...argv], { encoding: 'utf8' });
if (status !== 0) throw new Error(stderr);
const browser = await Browser.open(chromiumPart().path, { width: 1200, height: 720 });
const page = await browser.report(file);
await page.locator('#series button', { hasText: SHOWN }).click();
await page.waitForSelector(`#name:text-is("${SHOWN}")`);
await page.waitForSelector('#alarms li:only-child');
await page.screenshot({ path: `${ROOT}docs/report.png` });
await browser.close();
rmSync(directory, { recursive: true });
