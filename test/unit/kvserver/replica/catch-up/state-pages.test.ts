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
  async page(page: number, { attempt = this.last.attempt, isLast = false, from = 1 } = {}) {
    const rows = [[Uint8Array.of(page), new Uint8Array()]] as const;
    const message: Page = {
      type: 'page',
      transfer: 7,
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
      for (const page of [2, 1, 1, 0, 0, 2]) await receiver.page(page);
      await receiver.page(0, { from: 2 });
      await taking;
      expect(receiver.taken).to.deep.equal([0, 1, 2]);
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
});
