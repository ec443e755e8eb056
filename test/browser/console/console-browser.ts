/** The console in a real browser: the page that a server sends. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { browserFlags } from '../chromium.ts';

export class ConsoleBrowser {
  readonly #browser: Browser;
  /** What the pages reported as errors, apart from requests that found no server. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(executablePath: string): Promise<ConsoleBrowser> {
    return new ConsoleBrowser(await chromium.launch({ executablePath, args: browserFlags }));
  }

  /** Opens the server's root, as a visitor who types its address. Resolves when a status is shown. */
  async open(address: string, options: BrowserContextOptions = {}, hash = ''): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: { width: 1280, height: 1000 },
      ...options,
    });
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      const isOutage = /net::ERR_|Failed to load resource/.test(message.text());
      if (['error', 'warning'].includes(message.type()) && !isOutage) {
        this.complaints.push(message.text());
      }
    });
    await page.goto(`http://${address}/${hash}`);
    await page.locator('.members tbody tr').first().waitFor();
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
