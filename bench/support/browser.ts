/** A page in a real browser, alone with itself: nothing of the network is there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** A machine with other things to do takes long. */
const DEADLINE_MILLISECONDS = 120_000;
const FLAGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Look {
  readonly dark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

export class Browser {
  /** What went wrong in the page, and what it asked the network for. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, profile: string) {
    this.#context = context;
    this.#profile = profile;
  }

  /** @param path of a Chromium */
  static async open(path: string, { dark = false, width = 1280, height = 800 }: Look = {}): Promise<Browser> {
    const profile = mkdtempSync(join(tmpdir(), 'telegraf-anomaly-browser-'));
    const isRoot = process.getuid?.() === 0;
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: path,
      headless: true,
      args: isRoot ? ['--no-sandbox', ...FLAGS] : FLAGS,
      viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light',
      offline: true,
      timeout: DEADLINE_MILLISECONDS,
    });
    context.setDefaultTimeout(DEADLINE_MILLISECONDS);
    return new Browser(context, profile);
  }

  /** Opens a report, and answers when its first plot is drawn. */
  async report(file: string): Promise<Page> {
    const page = await this.#context.newPage();
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(file|blob|data):/.test(request.url())) this.complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('html[data-drawn]');
    return page;
  }

  async close(): Promise<void> {
    await this.#context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}
