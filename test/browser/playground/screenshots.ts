/** Takes the pictures of the page in docs/images: `node test/dist/browser/playground/screenshots.js`. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../docs/pages.ts';
import { findChromium } from '../chromium.ts';
import { PlaygroundBrowser } from './open-page.ts';

const pictures = [
  {
    name: 'playground',
    address: 's=4&n=5&m=46&a=1p0.0.red~2p2.0.blue~8p4.1.green',
    tab: 'lessons',
    options: { viewport: { width: 1280, height: 860 }, colorScheme: 'light' },
  },
  {
    name: 'playground-broken',
    address: 's=45&n=3&mut=quorum-one-short&m=14&a=1p0.0.red~3p1.0.blue',
    tab: 'breakIt',
    options: { viewport: { width: 1280, height: 860 }, colorScheme: 'dark' },
  },
  {
    name: 'playground-narrow',
    address: 's=7&n=5&led=1&m=95&a=40p0.0.hello~60P1.x.7~90c0&lang=zh',
    tab: 'faults',
    options: { viewport: { width: 400, height: 860 }, colorScheme: 'light' },
  },
] as const;

const executable = findChromium();
if (executable === undefined) throw new Error('No Chromium is installed.');
const browser = await PlaygroundBrowser.start(executable);
for (const { name, address, tab, options } of pictures) {
  const page = await browser.open(address, options);
  await page.locator(`#tab-${tab}`).click();
  if (tab === 'lessons') await playLesson(page);
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: join(root, `docs/images/${name}.png`) });
}
await browser.close();

/** To the middle of a lesson, with messages under way. */
async function playLesson(page: Page): Promise<void> {
  await page.locator('[data-lesson=duelling-proposers]').click();
  await page.locator('[data-step]').click();
  await page.locator('.steps .done').waitFor();
  await page.locator('[data-lamp=promises]').click();
}
