import { StatePages } from '@paxkv/kvserver/internal/replica/catch-up/state-pages';
import type { Fetch, Page, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

class Receiver {
  readonly world = new World({ seed: 1 });
  readonly sent: StateMessage[] = [];
  readonly taken: number[] = [];
  failure: unknown;
  pages: StatePages | undefined;

  run(act: (receiver: Receiver) => Promise<void>): Promise<void> {
    return this.world.run(async () => {
      const port = { send: (_: number, message: StateMessage) => this.sent.push(message) };
      const { clock } = this.world;
      this.pages = new StatePages({ port, clock, from: 1, transfer: 7 });
      await act(this);
    });
  }

  get last(): Fetch {
    const last = this.sent.at(-1);
    return last?.type === 'fetch' ? last : expect.fail('no page was asked for');
  }

  /** A page arrives, for the latest request unless another attempt is named. */
  async page(
    page: number,
    { attempt = this.last.attempt, isLast = false, from = 1, transfer = 7, rowCount = 1 } = {},
  ) {
    const rows = Array.from({ length: rowCount }, (_, index) => {
      const isLastRow = index === rowCount - 1;
      return [isLastRow ? Uint8Array.of(page) : Uint8Array.of(page, 0), new Uint8Array()] as const;
    });
    const message: Page = {
      type: 'page',
      transfer,
      attempt,
      page,
      applied: 3,
      total: 9,
      rows,
      isLast,
    };
    this.pages?.onPage(from, message);
    await Promise.resolve();
  }

  /** Takes pages until there is none left or the transfer ends. */
  async takeAll(count: number): Promise<void> {
    try {
      for (let taken = 0; taken < count; taken += 1) {
        const page = await this.pages?.next();
        if (page !== undefined) this.taken.push(page.page);
      }
    } catch (failure) {
      this.failure = failure;
    }
  }
}

describe('StatePages', () => {
  it('asks for the first pages at once, and for more as they are taken', () =>
    new Receiver().run(async (receiver) => {
      const first = { type: 'fetch', transfer: 7, attempt: 1, page: 0, credit: 8 };
      expect(receiver.sent).to.deep.equal([{ ...first, after: new Uint8Array() }]);
      for (let page = 0; page < 8; page += 1) await receiver.page(page);
      expect(receiver.sent).to.have.length(1);
      await receiver.takeAll(8);
      expect(receiver.taken).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(receiver.last).to.deep.include({ page: 8, after: Uint8Array.of(7), attempt: 1 });
      expect(receiver.last.credit).to.be.within(6, 8);
    }));

  it('hands pages over in order, each once, however they arrive', () =>
    new Receiver().run(async (receiver) => {
      const taking = receiver.takeAll(3);
      await receiver.page(0, { from: 2 });
      for (const page of [2, 1, 1]) await receiver.page(page);
      expect(receiver.taken).to.deep.equal([]);
      for (const page of [0, 0, 2]) await receiver.page(page);
      await taking;
      expect(receiver.taken).to.deep.equal([0, 1, 2]);
      expect(receiver.world.now()).to.equal(0);
    }));

  it('goes back to the last key that arrived in order when a page is lost', () =>
    new Receiver().run(async (receiver) => {
      for (const page of [0, 1, 3, 4]) await receiver.page(page);
      await receiver.world.sleep(101);
      expect(receiver.last).to.deep.include({ attempt: 2, page: 2, after: Uint8Array.of(1) });
      const taking = receiver.takeAll(4);
      await receiver.page(2, { attempt: 1 });
      for (const page of [2, 3]) await receiver.page(page);
      await taking;
      expect(receiver.taken).to.deep.equal([0, 1, 2, 3]);
    }));

  it('fails after five questions without an answer, but not because it is slow itself', () =>
    new Receiver().run(async (receiver) => {
      for (let page = 0; page < 8; page += 1) await receiver.page(page);
      await receiver.world.sleep(30_000);
      await receiver.takeAll(8);
      expect(receiver.failure).to.equal(undefined);
      const taking = receiver.takeAll(1);
      await receiver.world.sleep(10_000);
      await taking;
      expect(`${receiver.failure}`).to.match(/node 1 does not answer/);
    }));

  it('ends when the source refuses', () =>
    new Receiver().run(async (receiver) => {
      const refused = { type: 'refused', transfer: 7, reason: 'busy' } as const;
      receiver.pages?.onRefused(2, refused);
      const taking = receiver.takeAll(1);
      receiver.pages?.onRefused(1, refused);
      await taking;
      expect(`${receiver.failure}`).to.match(/node 1 gives no state: busy/);
    }));

  it('releases the snapshot of the source when it is closed', () =>
    new Receiver().run(async (receiver) => {
      const taking = receiver.takeAll(1);
      receiver.pages?.close();
      await taking;
      expect(receiver.sent.at(-1)).to.deep.equal({ type: 'release', transfer: 7 });
      expect(receiver.failure).to.be.an('error');
    }));

  it('takes no page beyond what it granted, of another transfer, or of an earlier question', () =>
    new Receiver().run(async (receiver) => {
      await receiver.page(8);
      await receiver.page(0, { transfer: 8 });
      await receiver.page(0, { attempt: 0 });
      await receiver.world.sleep(1001);
      expect(receiver.last).to.deep.include({ attempt: 2, page: 0, after: new Uint8Array() });
      await receiver.page(0, { attempt: 1 });
      await receiver.page(7);
      const taking = receiver.takeAll(1);
      await receiver.page(0);
      await taking;
      expect(receiver.taken).to.deep.equal([0]);
    }));

  it('takes none of the pages that it granted not yet, however early they come', () =>
    new Receiver().run(async (receiver) => {
      await receiver.page(8);
      const taking = receiver.takeAll(9);
      for (let page = 0; page < 8; page += 1) await receiver.page(page);
      await receiver.world.sleep(1);
      expect(receiver.taken).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
      receiver.pages?.close();
      await taking;
    }));

  it('waits a whole second for the next page also when it has taken all, some of them twice', () =>
    new Receiver().run(async (receiver) => {
      for (const page of [0, 1, 0]) await receiver.page(page);
      await receiver.takeAll(2);
      for (const page of [0, 1]) await receiver.page(page);
      const { length } = receiver.sent;
      await receiver.page(2);
      await receiver.world.sleep(999);
      expect(receiver.sent).to.have.length(length);
      await receiver.world.sleep(2);
      expect(receiver.last).to.deep.include({ attempt: 2, page: 3 });
    }));

  it('grants more once two pages are taken, and what is under way counts', () =>
    new Receiver().run(async (receiver) => {
      for (const page of [0, 1, 2]) await receiver.page(page);
      await receiver.takeAll(2);
      expect(receiver.sent).to.have.length(1);
      await receiver.takeAll(1);
      expect(receiver.sent).to.have.length(2);
      expect(receiver.last).to.deep.include({ page: 3, after: Uint8Array.of(2), credit: 10 - 3 });
    }));

  it('asks again after a second without a page, and after 100 ms if a later one came', () =>
    new Receiver().run(async (receiver) => {
      await receiver.world.sleep(999);
      expect(receiver.sent).to.have.length(1);
      await receiver.page(0);
      await receiver.world.sleep(999);
      expect(receiver.sent).to.have.length(1);
      await receiver.page(2);
      await receiver.world.sleep(99);
      expect(receiver.sent).to.have.length(1);
      await receiver.world.sleep(2);
      expect(receiver.sent).to.have.length(2);
      expect(receiver.last).to.deep.include({ attempt: 2, page: 1, credit: 7 });
    }));

  it('asks five times, each for a second, and counts anew once a page came', () =>
    new Receiver().run(async (receiver) => {
      await receiver.world.sleep(4001);
      expect(receiver.sent).to.have.length(5);
      await receiver.page(0);
      await receiver.world.sleep(5001);
      expect(receiver.sent).to.have.length(10);
      await receiver.takeAll(1);
      expect(receiver.failure).to.equal(undefined);
      const taking = receiver.takeAll(1);
      await receiver.world.sleep(1000);
      await taking;
      expect(receiver.sent).to.have.length(10);
      expect(`${receiver.failure}`).to.match(/node 1 does not answer/);
    }));

  it('says every second that it is still there while it has more than it can take', () =>
    new Receiver().run(async (receiver) => {
      for (let page = 0; page < 8; page += 1) await receiver.page(page);
      await receiver.world.sleep(10_001);
      expect(receiver.sent).to.have.length(11);
      expect(receiver.last).to.deep.include({ attempt: 1, page: 8, credit: 0 });
    }));

  it('asks for nothing after the last page, which it hands over even if the transfer ends', () =>
    new Receiver().run(async (receiver) => {
      await receiver.page(0);
      await receiver.page(1, { isLast: true });
      await receiver.world.sleep(60_000);
      expect(receiver.sent).to.have.length(1);
      receiver.pages?.onRefused(1, { type: 'refused', transfer: 7, reason: 'gone' });
      await receiver.takeAll(3);
      expect(receiver.taken).to.deep.equal([0, 1]);
      expect(`${receiver.failure}`).to.match(/gone/);
    }));

  it('ignores a refusal of another transfer, and keeps the first reason to end', () =>
    new Receiver().run(async (receiver) => {
      receiver.pages?.onRefused(1, { type: 'refused', transfer: 6, reason: 'late' });
      receiver.pages?.onRefused(1, { type: 'refused', transfer: 7, reason: 'first' });
      receiver.pages?.close();
      await receiver.takeAll(1);
      expect(`${receiver.failure}`).to.match(/first/);
      const count = receiver.sent.length;
      await receiver.world.sleep(60_000);
      expect(receiver.sent).to.have.length(count);
    }));

  it('goes back to the last key also over a page without rows', () =>
    new Receiver().run(async (receiver) => {
      await receiver.page(0, { rowCount: 3 });
      await receiver.page(1, { rowCount: 0 });
      await receiver.world.sleep(1001);
      expect(receiver.last).to.deep.include({ page: 2, after: Uint8Array.of(0) });
    }));
});
