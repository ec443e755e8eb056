/** The console against a cluster of real processes. If no Chromium is installed, it is skipped with a message. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ProcessCluster } from '../../process/process-cluster.ts';
import { findFaults } from '../axe/find-faults.ts';
import { findChromium } from '../chromium.ts';
import { ConsoleBrowser } from './console-browser.ts';

describe('the console in a browser (left out where no Chromium is installed)', function () {
  this.timeout(60_000);
  let browser: ConsoleBrowser | undefined;
  let cluster: ProcessCluster;
  let page: Page;

  before(async function () {
    const executable = findChromium();
    if (executable === undefined) {
      this.skip();
      return;
    }
    cluster = await ProcessCluster.start();
    browser = await ConsoleBrowser.start(executable);
  });

  after(async () => {
    await browser?.close();
    await cluster?.close();
  });

  afterEach(async () => {
    await page?.context().close();
    expect(browser?.complaints.splice(0) ?? []).to.deep.equal([]);
  });

  async function open(node: number, options = {}, hash = ''): Promise<Page> {
    if (browser === undefined) throw new Error('no browser was started');
    page = await browser.open(cluster.addresses[node] ?? '', options, hash);
    return page;
  }

  it('reads and writes keys by its form, and says what became of each command', async () => {
    await open(0);
    expect(new URL(page.url()).pathname).to.equal('/console');
    const says = (text: string | RegExp) => page.getByRole('status').getByText(text).waitFor();
    await page.getByLabel('Key', { exact: true }).fill('a/../key ü');
    await page.getByLabel('Value').fill('hello\nworld');
    await page.locator('[data-command=put]').click();
    await says(/Written at revision/);
    await page.getByLabel('Value').fill('!');
    await page.locator('[data-command=append]').click();
    await says(/Written at revision/);
    await page.locator('[data-command=get]').click();
    await says('Found.');
    expect(await page.getByLabel('Value').inputValue()).to.equal('hello\nworld!');
    const client = cluster.client();
    expect(await client.get('a/../key ü')).to.equal('hello\nworld!');
    await page.locator('[data-command=increment]').click();
    await says(/KV_NOT_A_COUNTER.*did not take effect/);
    await page.getByRole('button', { name: 'Delete …' }).click();
    await page.locator('[data-command=delete]').click();
    await says(/Deleted at revision/);
    expect(await client.get('a/../key ü')).to.equal(undefined);
  });

  it('lists the keys that begin with a prefix, page by page, and gets the one that is clicked', async () => {
    const client = cluster.client();
    const names = Array.from({ length: 60 }, (_, number) => `listed/${number + 100}`);
    await Promise.all(names.map((name) => client.put(name, `value of ${name}`)));
    await open(0);
    await page.getByLabel('Keys that begin with').fill('listed/');
    await page.locator('[data-command=list]').click();
    await page.getByText('The first 50 keys.').waitFor();
    await page.locator('[data-command=more]').click();
    await page.getByText('60 keys.', { exact: true }).waitFor();
    expect(await page.locator('.listed button').allTextContents()).to.deep.equal(names);
    expect(await page.locator('[data-command=more]').count()).to.equal(0);
    await page.getByRole('button', { name: 'listed/155' }).click();
    await page.locator('[data-result=found]').waitFor();
    expect(await page.getByLabel('Value').inputValue()).to.equal('value of listed/155');
  });

  it('has no fault that axe finds, light and dark, wide and narrow, in both languages', async () => {
    for (const { width, hash, ...scheme } of [
      { width: 1280, colorScheme: 'light', hash: '' },
      { width: 390, colorScheme: 'dark', hash: '#lang=zh' },
    ] as const) {
      await open(1, { ...scheme, viewport: { width, height: 900 }, bypassCSP: true }, hash);
      await page.locator('[name=key]').fill('some key');
      await page.locator('[data-command=get]').click();
      await page.locator('[data-result=absent]').waitFor();
      await page.locator('[data-command=list]').click();
      await page.locator('.listed button').first().waitFor();
      await page.locator('summary').click();
      expect(await findFaults(page), `${width}`).to.deep.equal([]);
      const tooWideBy = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      expect(tooWideBy).to.be.at.most(0);
      expect(await page.locator('html').getAttribute('lang')).to.equal(hash === '' ? 'en' : 'zh');
    }
  });

  it('shows the lost server and the next leader when the leader is killed, goes on, and says when it cannot', async () => {
    const leader = await leaderOf(cluster);
    const watching = cluster.nodes.find((node) => node !== leader) ?? 0;
    await open(watching);
    await page.locator('[data-finding=serves]').waitFor();
    const link = page.locator(`[data-member="${leader}"] a`);
    expect(await link.getAttribute('href')).to.equal(`http://${cluster.addresses[leader]}/console`);
    await cluster.kill(leader);
    await page.locator('[data-finding=lost]').getByText(`Server ${leader} is lost`).waitFor();
    await page.locator('[data-finding=serves]').waitFor();
    const next = await leaderOf(cluster, leader);
    await page
      .getByText(new RegExp(`Server ${next} leads, after server ${leader}|Server ${next} leads\\.`))
      .first()
      .waitFor();
    expect(await page.locator(`[data-member="${next}"]`).textContent()).to.contain('leader');
    await page.locator('[name=key]').fill('after');
    await page.locator('[name=value]').fill('the fall');
    await page.locator('[data-command=put]').click();
    await page.locator('[data-result=written]').waitFor();
    expect(await cluster.client().get('after')).to.equal('the fall');
    await cluster.kill(watching);
    await page.locator('[data-finding=silent]').waitFor();
    await cluster.restart(watching, leader);
    // The leader changed often within the last minute, which stays a warning.
    await page.locator('[data-finding=serves]').waitFor();
    await page.locator('[data-finding=lost]').waitFor({ state: 'detached' });
  });
});

/** The leader that a server other than `except` reports. */
async function leaderOf(cluster: ProcessCluster, except?: number): Promise<number> {
  for (;;) {
    for (const node of cluster.nodes.filter((each) => each !== except)) {
      const { leader } = await cluster.status(node);
      if (leader !== null && leader !== except) return leader;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
