import { LogFetch, type LogFetchEnd } from '@paxkv/kvserver/internal/replica/catch-up/log-fetch';
import type { FetchLog, LogPage, StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

const mebibyte = 1024 * 1024;

class Receiver {
  readonly world = new World({ seed: 1 });
  readonly sent: FetchLog[] = [];
  readonly taken: number[] = [];
  readonly state = { applied: 9 };
  readonly fetch: LogFetch;
  #transfers = 0;
  end: LogFetchEnd | undefined;

  constructor() {
    const send = (_: number, message: StateMessage) => {
      if (message.type === 'fetchLog') this.sent.push(message);
    };
    this.fetch = new LogFetch({
      port: { send },
      clock: this.world.clock,
      state: this.state,
      values: { accepts: (value) => value.length !== 666 },
      nextTransfer: () => {
        this.#transfers += 1;
        return this.#transfers;
      },
      onDecisions: (decisions) => this.taken.push(...decisions.map(({ seq }) => seq)),
    });
  }

  run(act: (receiver: Receiver) => Promise<void> | void): Promise<void> {
    return this.world.run(async () => {
      void this.fetch.run(1, 10).then((end) => {
        this.end = end;
      });
      await act(this);
    });
  }

  get last(): FetchLog {
    return this.sent.at(-1) ?? expect.fail('nothing was sent');
  }

  /** A page with `count` values arrives, of the latest transfer unless another is named. */
  page(
    seq: number,
    count: number,
    { bytes = 10, transfer = this.#transfers, from = 1 } = {},
  ): void {
    const values = Array.from({ length: count }, () => new Uint8Array(bytes));
    const page: LogPage = { type: 'logPage', transfer, seq, values, applied: 99 };
    this.fetch.onPage(from, page);
  }

  apply(applied: number): void {
    this.state.applied = applied;
    this.fetch.onApplied();
  }
}

describe('LogFetch', () => {
  it('takes pages in order until there are no more', () =>
    new Receiver().run(async (receiver) => {
      const asked = { seq: 10, received: 0, credit: 4 * mebibyte };
      expect(receiver.sent).to.deep.equal([{ type: 'fetchLog', transfer: 1, ...asked }]);
      receiver.page(10, 3);
      receiver.page(13, 2);
      expect(receiver.fetch.progress).to.deep.equal({ from: 1, received: 5, total: 90 });
      receiver.page(15, 0);
      await receiver.world.sleep(1);
      expect(receiver.taken).to.deep.equal([10, 11, 12, 13, 14]);
      expect(receiver.end).to.equal('complete');
      expect(receiver.fetch.progress).to.equal(undefined);
    }));

  it('takes what arrives repeated or out of order once, and in order', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(13, 2);
      receiver.page(15, 0);
      receiver.page(13, 2);
      expect(receiver.taken).to.deep.equal([]);
      receiver.page(10, 3);
      receiver.page(10, 3);
      await receiver.world.sleep(1);
      expect(receiver.taken).to.deep.equal([10, 11, 12, 13, 14]);
      expect(receiver.end).to.equal('complete');
    }));

  it('takes nothing of a page with a value that cannot be applied, and leaves that source', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(12, 1, { bytes: 666 });
      receiver.page(10, 2);
      await receiver.world.sleep(1);
      expect(receiver.taken).to.deep.equal([]);
      expect(receiver.end).to.equal('unreadable');
    }));

  it('takes nothing of such a page either if it is the one that is missing', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 2, { bytes: 666 });
      await receiver.world.sleep(10_000);
      expect(receiver.taken).to.deep.equal([]);
      expect([receiver.end, receiver.sent.length]).to.deep.equal(['unreadable', 1]);
    }));

  it('asks for nothing once there is no more', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 1);
      receiver.page(11, 0);
      await receiver.world.sleep(10_000);
      expect([receiver.end, receiver.sent.length]).to.deep.equal(['complete', 1]);
    }));

  it('asks three times, each for a second, and anew once it has got what was missing', () =>
    new Receiver().run(async (receiver) => {
      await receiver.world.sleep(2001);
      expect(receiver.sent).to.have.length(3);
      receiver.page(10, 1);
      await receiver.world.sleep(3001);
      expect([receiver.end, receiver.sent.length]).to.deep.equal([undefined, 6]);
      await receiver.world.sleep(998);
      expect(receiver.end).to.equal(undefined);
      await receiver.world.sleep(2);
      expect([receiver.end, receiver.sent.length]).to.deep.equal(['silent', 6]);
    }));

  it('gives up a replica that sends only what comes later', () =>
    new Receiver().run(async (receiver) => {
      for (let count = 1; count <= 3; count += 1) {
        expect(receiver.sent).to.have.length(count);
        receiver.page(12, 1);
        await receiver.world.sleep(101);
      }
      expect([receiver.end, receiver.sent.length]).to.deep.equal(['silent', 3]);
    }));

  it('ignores pages of other transfers and of other replicas', () =>
    new Receiver().run((receiver) => {
      receiver.page(10, 3, { transfer: 99 });
      receiver.page(10, 3, { from: 2 });
      expect(receiver.taken).to.deep.equal([]);
    }));

  it('asks once more from the first instance that it lacks if a page was lost', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 3);
      receiver.page(15, 2);
      await receiver.world.sleep(101);
      expect(receiver.last).to.include({ transfer: 2, seq: 13, received: 30 });
      receiver.page(13, 4, { transfer: 1 });
      expect(receiver.taken).to.have.length(3);
      receiver.page(13, 4);
      expect(receiver.taken).to.deep.equal([10, 11, 12, 13, 14, 15, 16]);
    }));

  it('gives up a silent replica after three questions, unless it answers in between', () =>
    new Receiver().run(async (receiver) => {
      await receiver.world.sleep(2500);
      expect(receiver.sent).to.have.length(3);
      receiver.page(10, 1);
      await receiver.world.sleep(2500);
      expect(receiver.end).to.equal(undefined);
      await receiver.world.sleep(2500);
      expect(receiver.end).to.equal('silent');
    }));

  it('ends when the source refuses, and when it is stopped', async () => {
    await new Receiver().run(async (receiver) => {
      const refused = { type: 'refused', reason: 'gone' } as const;
      receiver.fetch.onRefused(1, { ...refused, transfer: 7 });
      receiver.fetch.onRefused(2, { ...refused, transfer: 1 });
      await receiver.world.sleep(1);
      expect(receiver.end).to.equal(undefined);
      receiver.fetch.onRefused(1, { ...refused, transfer: 1 });
      await receiver.world.sleep(1);
      expect(receiver.end).to.equal('refused');
    });
    await new Receiver().run(async (receiver) => {
      receiver.fetch.stop();
      await receiver.world.sleep(1);
      expect(receiver.end).to.equal('stopped');
    });
  });

  it('grants credit only for what is applied', () =>
    new Receiver().run(async (receiver) => {
      for (const seq of [10, 11, 12, 13]) receiver.page(seq, 1, { bytes: mebibyte });
      await receiver.world.sleep(20_000);
      expect(receiver.sent.map(({ credit }) => credit)).to.deep.equal([4 * mebibyte]);
      receiver.apply(11);
      expect(receiver.last).to.include({ transfer: 1, seq: 14, credit: 6 * mebibyte });
      receiver.page(14, 1, { bytes: mebibyte });
      receiver.apply(14);
      expect(receiver.last).to.include({ transfer: 1, seq: 15, credit: 9 * mebibyte });
    }));

  it('keeps 256 pages that came early, and no more', () =>
    new Receiver().run(async (receiver) => {
      for (let seq = 11; seq <= 266; seq += 1) receiver.page(seq, 1);
      receiver.page(10, 1);
      // There is no room for the one before them either. They are asked for again.
      expect(receiver.taken).to.deep.equal([]);
      await receiver.world.sleep(101);
      expect(receiver.last).to.include({ transfer: 2, seq: 10 });
      for (let seq = 265; seq >= 11; seq -= 1) receiver.page(seq, 1);
      receiver.page(10, 1);
      expect(receiver.taken).to.have.length(256);
    }));

  it('waits a second for the next page, and 100 ms if a later one is there', () =>
    new Receiver().run(async (receiver) => {
      await receiver.world.sleep(999);
      expect(receiver.sent).to.have.length(1);
      receiver.page(10, 1);
      receiver.page(10, 1);
      await receiver.world.sleep(999);
      expect(receiver.sent).to.have.length(1);
      receiver.page(12, 1);
      await receiver.world.sleep(99);
      expect(receiver.sent).to.have.length(1);
      await receiver.world.sleep(2);
      expect(receiver.last).to.include({ transfer: 2, seq: 11, received: 10 });
    }));

  it('grants more once a mebibyte more is applied, and not a byte before', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 1, { bytes: mebibyte - 1 });
      receiver.page(11, 1, { bytes: 1 });
      receiver.apply(10);
      expect(receiver.sent).to.have.length(1);
      receiver.apply(11);
      expect(receiver.sent).to.have.length(2);
      expect(receiver.last).to.include({ seq: 12, received: mebibyte, credit: 5 * mebibyte });
    }));

  it('counts what waits here against what it asks for again', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 2, { bytes: mebibyte });
      receiver.page(12, 1, { bytes: mebibyte });
      receiver.apply(11);
      await receiver.world.sleep(1001);
      expect(receiver.last).to.include({
        ...{ transfer: 2, seq: 13 },
        ...{ received: mebibyte, credit: 4 * mebibyte },
      });
    }));

  it('grants again what the source may not have heard, while it waits for this replica', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 4, { bytes: mebibyte });
      await receiver.world.sleep(5001);
      expect(receiver.sent).to.have.length(1);
      receiver.state.applied = 13;
      await receiver.world.sleep(1000);
      expect(receiver.sent).to.have.length(2);
      expect(receiver.last).to.include({ transfer: 1, seq: 14, credit: 8 * mebibyte });
    }));

  it('has no more to do with a source once the run has ended', () =>
    new Receiver().run(async (receiver) => {
      receiver.page(10, 1);
      receiver.fetch.stop();
      receiver.page(11, 1);
      receiver.apply(11);
      await receiver.world.sleep(10_000);
      expect(receiver.taken).to.deep.equal([10]);
      expect(receiver.sent).to.have.length(1);
      void receiver.fetch.run(2, 0);
      expect(receiver.fetch.progress).to.deep.equal({ from: 2, received: 0, total: 0 });
      receiver.fetch.stop();
      void receiver.fetch.run(2, 11);
      expect(receiver.last).to.include({ seq: 11, received: 0, credit: 4 * mebibyte });
      expect(receiver.fetch.progress).to.deep.equal({ from: 2, received: 0, total: 0 });
      receiver.fetch.stop();
    }));
});
