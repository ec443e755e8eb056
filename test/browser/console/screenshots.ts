/**
 * Takes the picture of the console in docs/images: `node test/dist/browser/console/screenshots.js`. With a folder
 * as argument, it takes pictures of all states and looks into that folder.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../../docs/pages.ts';
import { ProcessCluster } from '../../process/process-cluster.ts';
import { findChromium } from '../chromium.ts';
import { ConsoleBrowser } from './console-browser.ts';

/** How long the cluster is written to before a picture is taken, so that there are rates to show. */
const loadMs = 25_000;

const executable = findChromium();
if (executable === undefined) throw new Error('No Chromium is installed.');
const [folder] = process.argv.slice(2);
const cluster = await ProcessCluster.start();
const browser = await ConsoleBrowser.start(executable);
const leader = (await cluster.status(0)).leader ?? 0;
const [watching = 0, narrow = 0] = cluster.nodes.filter((node) => node !== leader);
const addressOf = (node: number) => cluster.addresses[node] ?? '';
const size = { width: 1280, height: 1060 };
const pages = {
  console: await browser.open(addressOf(watching), { viewport: size, colorScheme: 'light' }),
  'console-dark': await browser.open(addressOf(watching), { viewport: size, colorScheme: 'dark' }),
  'console-narrow': await browser.open(
    addressOf(narrow),
    { viewport: { width: 400, height: 1060 }, colorScheme: 'light' },
    '#lang=zh',
  ),
};

await writeFor(loadMs);
const { console: page } = pages;
await page.locator('[name=key]').fill('greeting');
await page.locator('[name=value]').fill('hello');
await page.locator('[data-command=put]').click();
await page.locator('[data-result=written]').waitFor();
await takeAll('-healthy');
await cluster.kill(leader);
await page.locator('[data-finding=serves]').waitFor();
await writeFor(5000);
await page.locator('[data-command=get]').click();
await page.locator('[data-result=found]').waitFor();
await takeAll('');
await browser.close();
await cluster.close();

async function takeAll(suffix: string): Promise<void> {
  for (const [name, each] of Object.entries(pages)) {
    const file = `${name}${suffix}.png`;
    if (folder === undefined && file !== 'console.png') continue;
    await each.evaluate(() => window.scrollTo(0, 0));
    await each.screenshot({ path: join(folder ?? join(root, 'docs/images'), file) });
  }
}

/** Writes in waves, so that the lines rise and fall. */
async function writeFor(durationMs: number): Promise<void> {
  const client = cluster.client();
  const endMs = performance.now() + durationMs;
  for (let wave = 0; performance.now() < endMs; wave += 1) {
    const writes = Array.from({ length: 20 + 15 * (wave % 9) }, (_, index) =>
      client.put(`wave ${index}`, `${wave}`),
    );
    await Promise.all(writes);
    await pause(40);
  }
}
