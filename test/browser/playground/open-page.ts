/** The playground in a real browser: its page, opened as a file. */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPage, pageFolder } from '@paxkv/playground/internal/build/page-build';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { browserFlags } from '../chromium.ts';

export class PlaygroundBrowser {
  readonly #browser: Browser;
  /** What the page complained of, and whatever it asked for but files. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Builds the page, and starts the browser. */
  static async start(executablePath: string): Promise<PlaygroundBrowser> {
    await buildPage();
    return new PlaygroundBrowser(await chromium.launch({ executablePath, args: browserFlags }));
  }

  /** Opens the page at an address. */
  async open(address = '', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 1000 },
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!/^(?:file|data):/.test(request.url())) this.complaints.push(request.url());
    });
    const file = pathToFileURL(join(pageFolder, 'index.html')).href;
    await page.goto(`${file}#${address}`);
    await page.waitForSelector('.stage');
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** The hash of the state that the page shows. */
export function stateOf(page: Page): Promise<string> {
  return page
    .locator('[data-state]')
    .getAttribute('data-state')
    .then((state) => state ?? '');
}

export function momentOf(page: Page): Promise<number> {
  return page.locator('.slider input').inputValue().then(Number);
}
