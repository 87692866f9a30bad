/** The report in a real browser: what is drawn, clicked and searched. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { Browser, type Look } from '../../bench/support/browser.ts';
import { CLI } from '../support/child.ts';
import { chromiumPart } from '../support/parts.ts';

const { path, options } = chromiumPart();
/** Those of page.css, on white and on black. */
const COLORS = {
  light: { alarm: [205, 31, 59], value: [33, 93, 176], band: [107, 125, 146], label: [217, 158, 11] },
  dark: { alarm: [255, 107, 129], value: [127, 178, 255], paper: [20, 24, 29] },
} as const;

const CONFIG = '[[detectors.zscore]]\n  threshold = 8\n';
const HOSTS = ['web-1', 'web-2', 'db <1>'];
const MINUTES = 2000;

/** Three hosts; one has two alarms, one has one that is stranger, one none. */
function points(): string {
  const lines: string[] = [];
  for (let minute = 0; minute < MINUTES; minute++)
    for (const [at, host] of HOSTS.entries()) {
      const spike = (at === 1 && minute === 1500) || (at === 0 && (minute === 800 || minute === 1200));
      const value = spike ? 60 + 200 * at : 20 + ((minute * 7919 + at) % 13);
      lines.push(
        `load,host=${host.replace(' ', '\\ ')} busy=${value} ${1_704_067_200 + 60 * minute}000000000`,
      );
    }
  return `${lines.join('\n')}\n`;
}

function makeReport(t: Test): string {
  const labels = 'series,start,end\n"load,host=web-2",2024-01-02T00:50:00Z,2024-01-02T01:10:00Z\n';
  const dir = t.testdir({ 'a.toml': CONFIG, 'a.influx': points(), 'labels.csv': labels });
  const file = join(dir, 'report.html');
  const argv = ['--config', 'a.toml', '--report', file, '--labels', 'labels.csv', '--quiet', 'a.influx'];
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'replay', ...argv], {
    cwd: dir,
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  return file;
}

async function open(t: Test, file: string, look: Look = {}) {
  const browser = await Browser.open(path, look);
  t.teardown(() => browser.close());
  const page = await browser.report(file);
  return { browser, page };
}

/** How many pixels of the plot have about this colour, and are not more transparent than that. */
function pixels(page: Page, color: readonly number[], opacity = 128): Promise<number> {
  return page.evaluate(`(() => {
    const { width, height } = document.querySelector('canvas');
    const { data } = document.querySelector('canvas').getContext('2d').getImageData(0, 0, width, height);
    const wanted = ${JSON.stringify(color)};
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] > ${opacity} && wanted.every((part, i) => Math.abs(data[at + i] - part) < 24)) count++;
    return count;
  })()`);
}

const list = (page: Page) => page.locator('#series button');
const chosen = async (page: Page) => (await page.locator('#name').textContent()) ?? '';

t.test('what is drawn, clicked and searched', options, async (t) => {
  const file = makeReport(t);
  const { browser, page } = await open(t, file);

  t.match(await page.locator('#summary').textContent(), /^3 series, 6,000 values, 3 alarms$/);
  t.equal(await list(page).count(), 3);
  const names = await list(page).allTextContents();
  t.match(
    names,
    [/web-2 busy.*1 alarm,/, /web-1 busy.*2 alarms,/, /db\\ <1> busy.*no alarm/],
    'the strangest first',
  );
  t.match(await chosen(page), 'load,host=web-2 busy', 'and it is shown');
  t.equal(await page.locator('#alarms button').count(), 1);
  t.match(
    await page.locator('#alarms button').textContent(),
    /2024-01-02 01:00:00Z.*warning.*260, expected/s,
  );
  t.ok(await page.locator('#labelled').isVisible(), 'there are labels');
  t.ok((await pixels(page, COLORS.light.value)) > 500, 'the line of the values');
  t.ok((await pixels(page, COLORS.light.band, 40)) > 10_000, 'the band');
  t.ok((await pixels(page, COLORS.light.label, 40)) > 200, 'the labelled window');
  const marks = await pixels(page, COLORS.light.alarm);
  t.ok(marks > 5, 'a mark where the alarm is');

  await list(page).nth(1).click();
  await page.waitForSelector('#alarms li:nth-child(2)');
  t.match(await chosen(page), 'load,host=web-1 busy');
  t.equal(await list(page).nth(1).getAttribute('aria-current'), 'true');
  t.notOk(await page.locator('#labelled').isVisible(), 'no labels of this one');
  t.equal(await pixels(page, COLORS.light.label, 40), 0);
  t.ok((await pixels(page, COLORS.light.alarm)) > marks, 'two marks are more than one');
  const before = await pixels(page, COLORS.light.value);
  await page.locator('#alarms button').first().click();
  await until(page, async () => (await pixels(page, COLORS.light.value)) < before / 2);
  t.pass('an alarm is zoomed to');
  await page.locator('#whole').click();
  await until(page, async () => (await pixels(page, COLORS.light.value)) === before);
  t.pass('and back');

  await list(page).nth(2).click();
  await page.waitForSelector('#alarms:empty', { state: 'attached' });
  t.equal(await pixels(page, COLORS.light.alarm), 0, 'no alarm, no mark');

  const search = page.getByRole('searchbox', { name: 'Search series' });
  await search.fill('WEB busy');
  t.equal(await list(page).count(), 2);
  t.match(await page.getByRole('status').textContent(), /^2 of 3 series/);
  await search.fill('web nothing');
  t.equal(await list(page).count(), 0);
  await search.fill('zscore db');
  await search.press('Tab');
  await page.keyboard.press('Enter');
  t.match(await chosen(page), 'load,host=db\\ <1> busy', 'with the keyboard alone');
  t.ok(await page.getByRole('img', { name: /load,host=db.* busy/ }).isVisible(), 'the plot has a name');
  t.strictSame(browser.complaints, [], 'nothing was asked of the network, and nothing went wrong');
});

t.test('in the dark', options, async (t) => {
  const { page } = await open(t, makeReport(t), { dark: true });
  const paper = await page.evaluate('getComputedStyle(document.body).backgroundColor');
  t.equal(paper, `rgb(${COLORS.dark.paper.join(', ')})`);
  t.ok((await pixels(page, COLORS.dark.value)) > 500);
  t.ok((await pixels(page, COLORS.dark.alarm)) > 5);
  await page.emulateMedia({ colorScheme: 'light' });
  await until(page, async () => (await pixels(page, COLORS.light.value)) > 500);
  t.pass('and when the light is switched on');
});

t.test('one huge value', options, async (t) => {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const value = i === 200 ? '1e300' : i % 7;
    return `m v=${value} ${1_704_067_200 + 60 * i}000000000\n`;
  });
  const dir = t.testdir({ 'a.toml': '[[detectors.mad]]\n  threshold = 5\n', 'a.influx': lines.join('') });
  const file = join(dir, 'report.html');
  const argv = ['--config', 'a.toml', '--report', file, '--quiet', 'a.influx'];
  const { status, stderr } = spawnSync(process.execPath, [CLI, 'replay', ...argv], {
    cwd: dir,
    encoding: 'utf8',
  });
  t.equal(status, 0, stderr);
  const { browser, page } = await open(t, file);
  t.match(await page.locator('#summary').textContent(), /^1 series, 300 values, 1 alarm$/);
  t.match(await page.locator('#alarms').textContent(), /1e\+300.*× threshold/);
  t.strictSame(browser.complaints, []);
});

t.test('nothing was scored', options, async (t) => {
  const dir = t.testdir({ 'a.influx': 'm note="text" 1\n' });
  const file = join(dir, 'a.html');
  const { status } = spawnSync(process.execPath, [
    CLI,
    'replay',
    '--quiet',
    '--report',
    file,
    join(dir, 'a.influx'),
  ]);
  t.equal(status, 0);
  const { browser, page } = await open(t, file);
  t.match(await page.locator('#summary').textContent(), /^0 series, 0 values, no alarm$/);
  t.match(await chosen(page), 'Nothing was scored');
  t.strictSame(browser.complaints, []);
});

/** Waits until it is so. */
async function until(page: Page, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to be so');
    await page.waitForTimeout(20);
  }
}
