import { LogSource } from '@paxkv/kvserver/internal/replica/catch-up/log-source';
import type { LogWindow } from '@paxkv/kvserver/internal/replica/catch-up/log-window';
import { noLogWindow } from '@paxkv/kvserver/internal/replica/catch-up/log-window';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

/** A replica that applied instances up to 99; those below 50 are in its window only. */
class Source {
  readonly world = new World({ seed: 1 });
  readonly sent: { to: number; message: StateMessage }[] = [];
  readonly source: LogSource;
  valueBytes = 100_000;
  applied = 99;
  /** This instance is not in memory. */
  undecided: number | undefined;
  /** Instances below are gone. */
  windowFirst = 10;
  /** This instance is damaged on disk. */
  damaged: number | undefined;
  #transfers = 0;

  constructor() {
    const window: LogWindow = {
      ...noLogWindow,
      holds: (seq) => seq >= this.windowFirst && seq < 50,
      read: async (seq, { bytesMax }) => {
        await this.world.sleep(1);
        if (seq === this.damaged) return [];
        const count = Math.min(50 - seq, Math.ceil(bytesMax / this.valueBytes));
        return Array.from({ length: count }, (_, index) => this.value(seq + index));
      },
    };
    this.source = new LogSource({
      port: { send: (to, message) => this.sent.push({ to, message }) },
      clock: this.world.clock,
      state: this,
      window,
      paxos: {
        status: (seq) =>
          seq < 50 || seq === this.undecided
            ? { fate: 'forgotten' }
            : { fate: 'decided', value: this.value(seq) },
      },
    });
  }

  value(seq: number): Uint8Array {
    return new Uint8Array(this.valueBytes).fill(seq);
  }

  run(act: (source: Source) => Promise<void>): Promise<void> {
    return this.world.run(() => act(this));
  }

  /** Receiver `from` asks for pages; gives back the number of the transfer. */
  ask(from: number, seq: number, credit: number, again?: { transfer: number; received: number }) {
    this.#transfers += 1;
    const { transfer = this.#transfers, received = 0 } = again ?? {};
    this.source.onFetch(from, { type: 'fetchLog', transfer, seq, received, credit });
    return transfer;
  }

  /** The instances in pages to a receiver, in the order sent. */
  async sentTo(to: number): Promise<number[]> {
    await this.world.sleep(1000);
    return this.sent.flatMap((each) => {
      if (each.to !== to || each.message.type !== 'logPage') return [];
      const { seq, values } = each.message;
      for (const [index, value] of values.entries()) expect(value[0]).to.equal(seq + index);
      return values.map((_, index) => seq + index);
    });
  }
}

const from = (first: number, next: number) =>
  Array.from({ length: next - first }, (_, index) => first + index);
const plenty = 2 ** 40;

describe('LogSource', () => {
  it('says whether it has an instance, on disk or in memory', () =>
    new Source().run(async ({ source, sent }) => {
      for (const seq of [9, 10, 49, 50, 99, 100])
        source.onFind(1, { type: 'findLog', transfer: seq, seq });
      const held = sent.map(({ message }) => message.type === 'logFound' && message.isHeld);
      expect(held).to.deep.equal([false, true, true, true, true, false]);
    }));

  it('sends pages from disk, then from memory, then says that there is no more', () =>
    new Source().run(async (source) => {
      source.ask(1, 30, plenty);
      expect(await source.sentTo(1)).to.deep.equal(from(30, 100));
      const last = source.sent.at(-1)?.message;
      expect(last).to.deep.equal({
        type: 'logPage',
        transfer: 1,
        seq: 100,
        values: [],
        applied: 99,
      });
    }));

  it('sends no more than the credit and one page', () =>
    new Source().run(async (source) => {
      const transfer = source.ask(1, 30, 250_000);
      expect(await source.sentTo(1)).to.deep.equal(from(30, 33));
      source.ask(1, 33, 250_000 + 300_000, { transfer, received: 300_000 });
      expect(await source.sentTo(1)).to.deep.equal(from(30, 36));
      expect(source.source.keepFrom).to.equal(36);
    }));

  it('continues where the receiver is if it knows nothing of the transfer', () =>
    new Source().run(async (source) => {
      source.ask(1, 60, 1_000_000, { transfer: 77, received: 900_000 });
      expect(await source.sentTo(1)).to.deep.equal(from(60, 63));
    }));

  it('goes back when a new transfer asks for that', () =>
    new Source().run(async (source) => {
      source.ask(1, 30, 200_000);
      await source.sentTo(1);
      source.ask(1, 31, 200_000);
      expect(await source.sentTo(1)).to.deep.equal([...from(30, 33), ...from(31, 34)]);
    }));

  it('serves receivers in turn, one page at a time', () =>
    new Source().run(async (source) => {
      for (const receiver of [1, 2, 3]) source.ask(receiver, 30, plenty);
      for (const receiver of [1, 2, 3]) {
        expect(await source.sentTo(receiver)).to.deep.equal(from(30, 100));
      }
      expect(source.sent.slice(1, 7).map(({ to }) => to)).to.deep.equal([1, 2, 3, 1, 2, 3]);
    }));

  it('refuses what it does not have, or finds damaged', () =>
    new Source().run(async (source) => {
      source.ask(1, 9, plenty);
      source.damaged = 33;
      source.ask(2, 30, plenty);
      await source.sentTo(2);
      const refusals = source.sent.filter(({ message }) => message.type === 'refused');
      expect(refusals.map(({ to }) => to)).to.deep.equal([1, 2]);
      expect(await source.sentTo(1)).to.deep.equal([]);
      expect(await source.sentTo(2)).to.deep.equal(from(30, 33));
    }));

  it('keeps nothing for a receiver that has gone', () =>
    new Source().run(async (source) => {
      source.ask(1, 30, 1);
      expect(await source.sentTo(1)).to.deep.equal(from(30, 33));
      expect(source.source.keepFrom).to.equal(33);
      await source.world.sleep(10_000);
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
    }));

  it('keeps the log from the place of the receiver that is farthest behind', () =>
    new Source().run(async (source) => {
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
      source.ask(1, 60, 1);
      source.ask(2, 30, 1);
      await source.sentTo(1);
      expect(source.source.keepFrom).to.equal(33);
      source.source.stop();
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
    }));

  it('keeps it for ten seconds after the receiver was last heard', () =>
    new Source().run(async (source) => {
      const transfer = source.ask(1, 30, 1);
      await source.world.sleep(9000);
      source.ask(1, 33, 1, { transfer, received: 300_000 });
      await source.world.sleep(10_000);
      expect(source.source.keepFrom).to.equal(33);
      await source.world.sleep(1);
      expect(source.source.keepFrom).to.equal(Number.POSITIVE_INFINITY);
    }));

  it('takes no credit back when grants come out of order', () =>
    new Source().run(async (source) => {
      const transfer = source.ask(1, 30, 1);
      await source.sentTo(1);
      source.ask(1, 33, 300_001, { transfer, received: 300_000 });
      source.ask(1, 33, 1, { transfer, received: 300_000 });
      expect(await source.sentTo(1)).to.deep.equal(from(30, 36));
    }));

  it('sends pages from memory of 256 KiB, and of 1024 values', () =>
    new Source().run(async (source) => {
      source.valueBytes = 128 * 1024;
      source.ask(1, 50, 1);
      expect(await source.sentTo(1)).to.deep.equal([50, 51]);
      source.valueBytes = 0;
      source.applied = 2000;
      source.ask(2, 50, 1);
      await source.world.sleep(1000);
      const pages = source.sent.flatMap(({ to, message }) =>
        to === 2 && message.type === 'logPage' ? [message.values.length] : [],
      );
      expect(pages).to.deep.equal([1024, 2001 - 50 - 1024, 0]);
    }));

  it('ends a page before an instance that it does not have in memory any more', () =>
    new Source().run(async (source) => {
      source.undecided = 53;
      source.ask(1, 50, plenty);
      expect(await source.sentTo(1)).to.deep.equal(from(50, 53));
      expect(source.sent.at(-1)?.message).to.include({ type: 'refused', transfer: 1 });
    }));

  it('answers nothing once it has stopped', () =>
    new Source().run(async (source) => {
      source.ask(1, 30, plenty);
      source.source.stop();
      source.source.onFind(1, { type: 'findLog', transfer: 9, seq: 60 });
      source.ask(2, 30, plenty);
      await source.world.sleep(1000);
      expect(source.sent).to.deep.equal([]);
    }));

  it('sends not one page more than the credit is for', () =>
    new Source().run(async (source) => {
      source.ask(1, 30, 300_000);
      expect(await source.sentTo(1)).to.deep.equal(from(30, 33));
    }));

  it('sends values that are larger than a page one by one, from disk and from memory', () =>
    new Source().run(async (source) => {
      source.valueBytes = 256 * 1024 + 1;
      source.ask(1, 45, plenty);
      expect(await source.sentTo(1)).to.deep.equal(from(45, 100));
      const pages = source.sent.filter(({ message }) => message.type === 'logPage');
      expect(pages).to.have.length(55 + 1);
    }));

  it('ends a page with the value that reaches 256 KiB', () =>
    new Source().run(async (source) => {
      source.valueBytes = 256 * 1024 - 1;
      source.ask(1, 50, 1);
      expect(await source.sentTo(1)).to.deep.equal([50, 51]);
    }));

  it('lets other work come between two pages', () =>
    new Source().run(async (source) => {
      source.ask(1, 50, plenty);
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
      expect(source.sent).to.have.length(1);
    }));
});
