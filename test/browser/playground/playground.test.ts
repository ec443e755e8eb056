/** The playground in a real browser. If no Chromium is installed, it is skipped with a message. */
import { gzipSync } from 'node:zlib';
import { hashOf, Session, shippedOnly } from '@paxkv/playground';
import { recordingAt } from '@paxkv/playground/internal/engine/timeline/address';
import { lessons } from '@paxkv/playground/internal/lessons/lessons';
import { attacks } from '@paxkv/playground/internal/mutants/attacks';
import { TraceSession } from '@paxkv/playground/internal/recording/trace-session';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { recordRuns } from '../../unit/paxos/core/trace/recorded-cluster.ts';
import { findFaults } from '../axe/find-faults.ts';
import { findChromium } from '../chromium.ts';
import { momentOf, PlaygroundBrowser, stateOf } from './open-page.ts';

const busy =
  's=7&n=5&led=1&m=400&a=40p0.0.hello~60P1.x.7~90c0~130o01-234~200h~230r0~260x1.2~300p3.9.more';

const servers = 's=7&n=3&led=1&kv=1&m=400&a=120P0.x.7~200G1.x~300c2';

/** Enough for a mean. */
const drawnFrames = 40;

describe('the playground in a browser (left out where no Chromium is installed)', function () {
  this.timeout(120_000);
  let browser: PlaygroundBrowser;
  let page: Page;

  before(async function () {
    const executable = findChromium();
    if (executable === undefined) this.skip();
    browser = await PlaygroundBrowser.start(executable);
  });

  afterEach(async () => {
    await page?.context().close();
    expect(browser.complaints.splice(0)).to.deep.equal([]);
  });

  after(() => browser?.close());

  it('replays a shared address to the state that it has in Node', async () => {
    page = await browser.open(busy);
    const { settings, log, moment } = recordingAt(busy);
    const session = await Session.open(settings, shippedOnly, log);
    await session.stepTo(moment);
    expect(await momentOf(page)).to.equal(400);
    expect(await stateOf(page)).to.equal(hashOf(session.frame));
  });

  it('runs whole servers to the state that they have in Node', async () => {
    page = await browser.open(servers);
    const { settings, log, moment } = recordingAt(servers);
    const session = await Session.open(settings, shippedOnly, log);
    await session.stepTo(moment);
    expect(await stateOf(page)).to.equal(hashOf(session.frame));
    await page.getByText('Peer 1: Get x → 7').waitFor();
    expect(await page.locator('.lamp.broken').count()).to.equal(0);
  });

  it('goes 100 moments back and forward by keys to the same state', async () => {
    page = await browser.open(busy);
    const state = await stateOf(page);
    await press(page, 'ArrowLeft', 100);
    await page.getByText('300 / 400').waitFor();
    expect(await stateOf(page)).to.not.equal(state);
    await press(page, 'ArrowRight', 100);
    await page.getByText('400 / 400').waitFor();
    expect(await stateOf(page)).to.equal(state);
  });

  it('goes on from an earlier moment another way, which the address tells of', async () => {
    page = await browser.open(busy);
    await page.locator('.slider input').fill('100');
    await page.locator('#tab-faults').click();
    await page.getByRole('button', { name: 'Peer 2, up' }).click();
    await page.locator('[data-action=crash]').click();
    await page.getByRole('button', { name: 'Peer 2, down' }).waitFor();
    expect(await momentOf(page)).to.equal(101);
    await page.waitForURL(/~101c2/);
  });

  for (const wanted of ['lesson', 'mit'] as const) {
    it(`completes each lesson by clicks: ${wanted}`, async () => {
      page = await browser.open();
      await page.locator('.buttons select').selectOption('1000');
      for (const { id, steps } of lessons.filter(({ group }) => group === wanted)) {
        await page.locator(`[data-lesson=${id}]`).click();
        for (const index of steps.keys()) {
          await page.locator('[data-step]').click();
          await page.locator('.steps .done').nth(index).waitFor();
        }
        await page.getByText('All steps are done.').waitFor();
        expect(await page.locator('.lamp.broken').count(), id).to.equal(0);
        await page.getByRole('button', { name: 'All lessons' }).click();
      }
    });
  }

  it('breaks agreement by the attack on each mistake, and never without it', async () => {
    page = await browser.open();
    await page.locator('.buttons select').selectOption('1000');
    await page.locator('#tab-breakIt').click();
    for (const { mutant } of attacks) {
      await page.locator(`[data-mutant=${mutant}] [data-attack]`).click();
      await page.locator(`[data-mutant=${mutant}] strong`).waitFor();
      await playUntil(page, '[data-lamp=agreement].broken');
    }
    for (const { address } of attacks) {
      const { moment } = recordingAt(address);
      await page.evaluate(
        (hash) => {
          window.location.hash = hash;
        },
        address.replace(/&m=\d+/, `&m=${moment + 50}`),
      );
      await page.waitForLoadState();
      await page.locator('.stage').waitFor();
      expect(await page.locator('.lamp.broken').count(), address).to.equal(0);
    }
  });

  it('has a robot that breaks nothing, and counts what it did', async () => {
    page = await browser.open('s=3&n=5&led=1&net=lossy');
    await page.locator('#tab-breakIt').click();
    await page.getByRole('button', { name: 'Try to break it' }).click();
    await page.waitForFunction(() => {
      const text = document.querySelector('[data-robot]')?.textContent ?? '';
      return Number.parseInt(text, 10) >= 20;
    });
    await page.getByRole('button', { name: 'Stop the robot' }).click();
    expect(await page.getByRole('tabpanel').getByRole('alert').count()).to.equal(0);
  });

  it('parts the peers where a line is drawn across the stage', async () => {
    page = await browser.open('n=5');
    const box = await page.locator('.stage').boundingBox();
    if (box === null) throw new Error('the stage is not shown');
    const y = box.y + box.height * 0.3;
    await page.mouse.move(box.x + 4, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, y, { steps: 4 });
    await page.mouse.up();
    await page.locator('.link.cut').first().waitFor({ state: 'attached' });
    expect(await page.locator('.link.cut').count()).to.equal(8);
  });

  for (const { colorScheme, width } of [
    { colorScheme: 'light', width: 1280 },
    { colorScheme: 'dark', width: 390 },
  ] as const) {
    it(`has no fault that axe finds, in every tab, ${colorScheme}, ${width} pixels wide`, async () => {
      const viewport = { width, height: 900 };
      page = await browser.open(busy, { viewport, colorScheme, reducedMotion: 'reduce' });
      for (const tab of ['lessons', 'faults', 'breakIt']) {
        await page.locator(`#tab-${tab}`).click();
        expect(await findFaults(page), tab).to.deep.equal([]);
      }
      const tooWideBy = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      expect(tooWideBy).to.be.at.most(0);
    });
  }

  it('opens the recording of a server, which has the same states as in Node', async () => {
    const name = 'trace.gz';
    const bytes = await recordedFile();
    const session = await TraceSession.open(name, bytes);
    page = await browser.open(busy);
    const runState = await stateOf(page);
    await chooseFile(page, { name, bytes });
    await page.getByText(`0 / ${session.head}`).waitFor();
    expect(await page.locator('[data-effects=same]').count()).to.equal(1);
    const shownState = () => page.locator('.recording [data-state]').getAttribute('data-state');
    for (const moment of [session.head, Math.floor(session.head / 2)]) {
      await page.locator('.slider input').fill(`${moment}`);
      await page.getByText(`${moment} / ${session.head}`).waitFor();
      session.seek(moment);
      expect(await shownState(), `moment ${moment}`).to.equal(hashOf(session.frame));
    }
    const state = await shownState();
    await press(page, 'ArrowLeft', 20);
    await page.getByText(`${session.cursor - 20} / ${session.head}`).waitFor();
    expect(await shownState()).to.not.equal(state);
    await press(page, 'ArrowRight', 20);
    await page.getByText(`${session.cursor} / ${session.head}`).waitFor();
    expect(await shownState()).to.equal(state);
    expect(await page.locator('.chart .arrow').count()).to.be.above(0);
    expect(await findFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Close the recording' }).click();
    await page.locator('.recording').waitFor({ state: 'detached' });
    expect(await stateOf(page)).to.equal(runState);
  });

  it('opens a recording that is dropped on it, and says why another file is none', async () => {
    page = await browser.open();
    await dropFile(page, { name: 'photo.png', bytes: Buffer.from('a photo') });
    await page.getByText('The file is not a recording of this version.').waitFor();
    expect(await page.locator('.recording').count()).to.equal(0);
    await dropFile(page, { name: 'dropped.gz', bytes: await recordedFile() });
    await page.locator('.recording').getByText('dropped.gz').waitFor();
    expect(await page.getByText('The file is not a recording').count()).to.equal(0);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.waitForFunction(() => {
      const slider = document.querySelector<HTMLInputElement>('.slider input');
      return Number(slider?.value) >= 5;
    });
  });

  it('speaks Chinese', async () => {
    page = await browser.open(`${busy}&lang=zh`);
    expect(await page.locator('h1').textContent()).to.equal('Paxos 演练场');
    expect(await page.locator('html').getAttribute('lang')).to.equal('zh');
    await page.getByRole('button', { name: 'English' }).click();
    expect(await page.locator('h1').textContent()).to.equal('Paxos playground');
  });

  it('draws more than 30 frames a second with 7 peers and 200 messages under way', async () => {
    const proposals = Array.from(
      { length: 70 },
      (_, index) => `${index + 1}p${index % 7}.${index}.v`,
    );
    page = await browser.open(`n=7&m=150&a=${proposals.join('~')}`);
    const messageCount = await page.locator('[data-message]').count();
    expect(messageCount).to.be.above(200);
    await page.locator('.buttons select').selectOption('5');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    const frameMs = await costOfFrame(page);
    expect(1000 / frameMs, `${frameMs} ms a frame`).to.be.above(30);
  });
});

interface GivenFile {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The recording of a peer in a simulated cluster with crashes, in parts, as a server writes it. */
async function recordedFile(): Promise<Buffer> {
  const runs = await recordRuns(1, 60);
  const pieces = runs.slice(-4).map((run) => gzipSync(`${run.join('\n')}\n`));
  return Buffer.concat(pieces);
}

async function chooseFile(page: Page, { name, bytes }: GivenFile): Promise<void> {
  const file = { name, mimeType: 'application/gzip', buffer: bytes };
  await page.locator('input[type=file]').setInputFiles(file);
}

async function dropFile(page: Page, { name, bytes }: GivenFile): Promise<void> {
  const transfer = await page.evaluateHandle(
    (file) => {
      const dropped = new DataTransfer();
      const content = Uint8Array.from(atob(file.text), (unit) => unit.charCodeAt(0));
      dropped.items.add(new File([content], file.name));
      return dropped;
    },
    { name, text: bytes.toString('base64') },
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

/** Many times at once: a key that is held down does so, too. */
async function press(page: Page, key: string, count: number): Promise<void> {
  await page.evaluate(
    (pressed) => {
      for (let index = 0; index < pressed.count; index += 1) {
        document.dispatchEvent(new KeyboardEvent('keydown', { key: pressed.key }));
      }
    },
    { key, count },
  );
}

/** How long the page computes for each frame that it draws, whatever other programs take of the machine. */
async function costOfFrame(page: Page): Promise<number> {
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const taskMs = async () => {
    const { metrics } = await devTools.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const beginMs = await taskMs();
  await page.evaluate(
    (frameCount) =>
      new Promise<void>((resolve) => {
        let left = frameCount;
        const draw = () => {
          left -= 1;
          if (left > 0) requestAnimationFrame(draw);
          else resolve();
        };
        requestAnimationFrame(draw);
      }),
    drawnFrames,
  );
  return ((await taskMs()) - beginMs) / drawnFrames;
}

/** A lamp that goes red stops the time: other lamps may go red before. */
async function playUntil(page: Page, selector: string): Promise<void> {
  for (;;) {
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
    if ((await page.locator(selector).count()) > 0) return;
    await page.getByRole('button', { name: 'Play', exact: true }).click();
  }
}
