import { StateSource } from '@paxkv/kvserver/internal/replica/catch-up/state-source';
import type { Fetch, Page, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { applyNext, memoryLevel, put } from '../../state-machine/fixtures.ts';
import { intercepted } from '../../state-machine/intercepted.ts';

const keyCount = 30;
const start: Pick<Fetch, 'attempt' | 'page' | 'after'> = {
  attempt: 1,
  page: 0,
  after: new Uint8Array(),
};

class Source {
  readonly world = new World({ seed: 1 });
  readonly level = memoryLevel();
  /** The same, as the source reads it. */
  served: StateLevel = this.level;
  readonly sent: { to: number; message: StateMessage }[] = [];
  readonly failures: unknown[] = [];
  /** Why there is no state to send. */
  refusal: string | undefined;
  readonly source = new StateSource({
    port: { send: (to, message) => this.sent.push({ to, message }) },
    clock: this.world.clock,
    state: () => (this.refusal === undefined ? { level: this.served } : { reason: this.refusal }),
    onFailed: (error) => this.failures.push(error),
  });

  /** The state has several pages, and is at instance 29. */
  async run(act: (source: Source) => Promise<void>): Promise<void> {
    const machine = await StateMachine.open(new StateDatabase(this.level));
    for (let key = 0; key < keyCount; key += 1) {
      await applyNext(machine, put(`key ${key}`, `${key}`.repeat(20_000)));
    }
    await this.world.run(() => act(this));
  }

  fetch(from: number, transfer: number, place: Partial<Fetch> = {}) {
    this.source.onFetch(from, { type: 'fetch', transfer, ...start, credit: 2, ...place });
  }

  /** All pages sent so far, once nothing more is under way. */
  async pages(): Promise<Page[]> {
    await this.world.sleep(100);
    return this.sent.flatMap(({ message }) => (message.type === 'page' ? [message] : []));
  }

  async refusals(): Promise<string[]> {
    await this.world.sleep(100);
    return this.sent.flatMap(({ to, message }) =>
      message.type === 'refused' ? [`${to}: ${message.reason}`] : [],
    );
  }
}

describe('StateSource', () => {
  it('sends pages as far as the credit goes', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      expect((await source.pages()).map(({ page }) => page)).to.deep.equal([0, 1]);
      source.fetch(1, 7, { page: 2, credit: 1 });
      source.fetch(1, 7, { page: 1, credit: 1 });
      const pages = await source.pages();
      expect(pages.map(({ page }) => page)).to.deep.equal([0, 1, 2]);
      expect(pages[0]).to.include({ applied: keyCount - 1, total: keyCount, isLast: false });
      await source.source.close();
    }));

  it('goes back to a key within the same snapshot', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7, { credit: 3 });
      const before = await source.pages();
      const after = before[0]?.rows.at(-1)?.[0] ?? expect.fail('there is no row');
      const machine = await StateMachine.open(new StateDatabase(source.level));
      await applyNext(machine, put('key 1', 'later'));
      source.fetch(1, 7, { attempt: 2, page: 1, after, credit: 100 });
      const again = (await source.pages()).slice(3);
      expect(again.slice(0, 2).map(({ page }) => page)).to.deep.equal([1, 2]);
      expect(again.slice(0, 2).map(({ rows }) => rows)).to.deep.equal(
        before.slice(1).map(({ rows }) => rows),
      );
      expect(again.at(-1)).to.include({ isLast: true, attempt: 2, applied: keyCount - 1 });
      expect(source.failures).to.deep.equal([]);
      await source.source.close();
    }));

  it('serves one receiver at a time, until it is released or silent', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      source.fetch(2, 8);
      expect(await source.refusals()).to.deep.equal(['2: it is sending its state to node 1']);
      source.source.onRelease(1, { type: 'release', transfer: 7 });
      source.fetch(2, 9);
      await source.world.sleep(3100);
      source.fetch(3, 10);
      expect(await source.refusals()).to.have.length(1);
      const receivers = source.sent.filter(({ message }) => message.type === 'page');
      expect(receivers.map(({ to }) => to)).to.deep.equal([1, 1, 2, 2, 3, 3]);
      await source.source.close();
    }));

  it('refuses to continue what it does not hold', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7, { page: 3 });
      expect(await source.refusals()).to.deep.equal(['1: this state is not held any more']);
    }));

  it('needs the log above the state until some time after the receiver was last heard', () =>
    new Source().run(async (source) => {
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
      source.fetch(1, 7, { credit: 100 });
      await source.pages();
      source.source.onRelease(1, { type: 'release', transfer: 7 });
      await source.world.sleep(60_000);
      expect(source.source.keepFrom).to.equal(keyCount);
      await source.world.sleep(1);
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
    }));

  it('counts that time from what it last heard, a release too', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      await source.world.sleep(5000);
      source.source.onRelease(1, { type: 'release', transfer: 7 });
      await source.world.sleep(60_000);
      expect(source.source.keepFrom).to.equal(keyCount);
      source.fetch(1, 8);
      await source.world.sleep(9000);
      source.fetch(1, 8, { page: 2 });
      await source.world.sleep(60_000);
      expect(source.source.keepFrom).to.equal(keyCount);
      await source.world.sleep(1);
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
    }));

  it('needs no log for a receiver that has gone before the state was opened', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      source.source.onRelease(1, { type: 'release', transfer: 7 });
      expect(await source.pages()).to.deep.equal([]);
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
    }));

  it('sends nothing without credit', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7, { credit: 0 });
      expect(await source.pages()).to.deep.equal([]);
      source.fetch(1, 7, { credit: 1 });
      expect(await source.pages()).to.have.length(1);
      source.fetch(1, 7, { attempt: 2, credit: 0 });
      expect(await source.pages()).to.have.length(1);
      await source.source.close();
    }));

  it('closes every snapshot, however its transfer ends', () =>
    new Source().run(async (source) => {
      let openCount = 0;
      source.served = intercepted(source.level, {
        snapshot: (call) => {
          openCount += 1;
          const snapshot = Object(call());
          const close = snapshot.close.bind(snapshot);
          snapshot.close = () => {
            openCount -= 1;
            return close();
          };
          return snapshot;
        },
      });
      source.fetch(1, 7);
      await source.pages();
      expect(openCount).to.equal(1);
      source.fetch(1, 8);
      await source.pages();
      expect(openCount).to.equal(1);
      source.source.onRelease(1, { type: 'release', transfer: 8 });
      await source.pages();
      expect(openCount).to.equal(0);
      source.fetch(1, 9);
      await source.world.sleep(10_001);
      expect(source.source.keepFrom).to.equal(keyCount);
      await source.pages();
      expect(openCount).to.equal(0);
      source.fetch(2, 10);
      await source.pages();
      await source.source.close();
      expect(openCount).to.equal(0);
    }));

  it('keeps its receiver for three seconds after it was last heard, to the millisecond', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      await source.world.sleep(2000);
      source.fetch(1, 7, { page: 2, credit: 1 });
      await source.world.sleep(3000);
      source.fetch(2, 8);
      expect(await source.refusals()).to.deep.equal(['2: it is sending its state to node 1']);
      source.fetch(2, 9);
      expect(await source.refusals()).to.have.length(1);
      await source.source.close();
    }));

  it('begins anew at once for the same receiver, which has lost what it had', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      await source.pages();
      source.fetch(1, 8, { credit: 1 });
      const pages = await source.pages();
      expect(pages.map(({ transfer, page }) => [transfer, page])).to.deep.equal([
        [7, 0],
        [7, 1],
        [8, 0],
      ]);
      source.fetch(1, 7, { page: 2 });
      expect(await source.refusals()).to.deep.equal(['1: this state is not held any more']);
      await source.source.close();
    }));

  it('drops a snapshot whose receiver is silent for more than ten seconds', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      await source.world.sleep(10_000);
      expect(source.source.keepFrom).to.equal(keyCount);
      source.fetch(1, 7, { page: 2 });
      expect(await source.refusals()).to.deep.equal([]);
      await source.world.sleep(9_902);
      expect(source.source.keepFrom).to.equal(keyCount);
      source.fetch(1, 7, { page: 4 });
      expect(await source.refusals()).to.deep.equal(['1: this state is not held any more']);
      await source.source.close();
    }));

  it('ignores releases of other transfers and of other nodes', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7);
      await source.pages();
      source.source.onRelease(2, { type: 'release', transfer: 7 });
      source.source.onRelease(1, { type: 'release', transfer: 6 });
      source.fetch(1, 7, { page: 2, credit: 1 });
      expect(await source.pages()).to.have.length(3);
      source.source.onRelease(1, { type: 'release', transfer: 7 });
      source.fetch(1, 7, { page: 3, credit: 1 });
      expect(await source.refusals()).to.deep.equal(['1: this state is not held any more']);
      expect(await source.pages()).to.have.length(3);
    }));

  it('never takes credit back, but for pages that it sends again', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7, { credit: 1 });
      source.fetch(1, 7, { credit: 3 });
      source.fetch(1, 7, { credit: 2 });
      expect(await source.pages()).to.have.length(3);
      source.fetch(1, 7, { attempt: 2, credit: 1 });
      const again = (await source.pages()).slice(3);
      expect(again.map(({ attempt, page }) => [attempt, page])).to.deep.equal([[2, 0]]);
      source.fetch(1, 7, { attempt: 1, page: 3, credit: 100 });
      expect(await source.pages()).to.have.length(4);
      await source.source.close();
    }));

  it('sends nothing after the last page, however much it may, unless it is asked to go back', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7, { credit: 100 });
      const pages = await source.pages();
      expect(pages.map(({ isLast }) => isLast).lastIndexOf(true)).to.equal(pages.length - 1);
      expect(pages.filter(({ isLast }) => isLast)).to.have.length(1);
      expect(pages.flatMap(({ rows }) => rows)).to.have.length(keyCount + 1);
      source.fetch(1, 7, { page: pages.length, credit: 100 });
      expect(await source.pages()).to.have.length(pages.length);
      source.fetch(1, 7, { attempt: 2, credit: 100 });
      expect(await source.pages()).to.have.length(2 * pages.length);
      await source.source.close();
    }));

  for (let turns = 0; turns < 60; turns += 4) {
    it(`sends no page that was read for a question that was replaced ${turns} turns later`, () =>
      new Source().run(async (source) => {
        source.fetch(1, 7, { credit: 1 });
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        source.fetch(1, 7, { attempt: 2, page: 0, credit: 1 });
        const pages = await source.pages();
        expect(pages.at(-1)).to.include({ attempt: 2, page: 0 });
        expect(pages[0]?.attempt).to.be.within(1, 2);
        expect(pages.filter(({ attempt }) => attempt === 2)).to.have.length(1);
        source.fetch(1, 8, { credit: 1 });
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
        const { length } = source.sent;
        source.fetch(1, 9, { credit: 1 });
        const later = (await source.pages()).slice(length);
        expect(later.map(({ transfer }) => transfer)).to.deep.equal([9]);
        expect(source.failures).to.deep.equal([]);
        await source.source.close();
      }));
  }

  it('refuses with the reason why there is no state, and holds nothing', () =>
    new Source().run(async (source) => {
      source.refusal = 'it has applied nothing yet';
      source.fetch(1, 7);
      expect(await source.refusals()).to.deep.equal(['1: it has applied nothing yet']);
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
      source.refusal = undefined;
      source.fetch(2, 8);
      expect((await source.pages()).map(({ page }) => page)).to.deep.equal([0, 1]);
      await source.source.close();
    }));

  it('refuses a state that it finds damaged, reports it, and sends no more of it', () =>
    new Source().run(async (source) => {
      const [row] = await source.level.iterator({ limit: 1 }).all();
      if (row === undefined) return expect.fail('no row');
      await source.level.put(row[0], row[1].with(20, 0x55));
      source.fetch(1, 7, { credit: 100 });
      expect(await source.refusals()).to.deep.equal(['1: the state could not be read']);
      expect(source.failures).to.have.length(1);
      expect(await source.pages()).to.deep.equal([]);
      source.fetch(1, 7, { page: 1, credit: 100 });
      expect((await source.refusals()).slice(1)).to.deep.equal([
        '1: this state is not held any more',
      ]);
    }));

  it('is silent once it is closed, and has closed its snapshot', () =>
    new Source().run(async (source) => {
      source.fetch(1, 7, { credit: 100 });
      await source.source.close();
      await source.level.close();
      const { length } = source.sent;
      source.fetch(1, 7, { page: 1 });
      source.fetch(2, 8);
      await source.world.sleep(20_000);
      expect(source.sent).to.have.length(length);
      expect(source.failures).to.deep.equal([]);
    }));
});
