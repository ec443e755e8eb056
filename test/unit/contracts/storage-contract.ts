/** The contract of every Storage, simulated or real, on a disk that does not fail. */
import type { Storage, Write } from '@paxkv/paxos';
import { expect } from 'chai';

/** One empty disk, a new one for each test. */
export interface StorageFixture<V> {
  /** Opens the same disk again; the storage opened before is closed already. */
  open(): Promise<Storage<V>>;
  /** A value that stands for this text. */
  toValue(text: string): V;
  /** Lets time pass until the promise settles; in real time, the promise itself. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** Releases everything; the storage is closed already. */
  close(): Promise<void>;
}

const ballot = { round: 3, peer: 1 };
const higher = { round: 4, peer: 0 };

export function storageContract<V>(name: string, make: () => Promise<StorageFixture<V>>): void {
  describe(`${name} keeps the contract of Storage`, () => {
    let fixture: StorageFixture<V>;
    let storage: Storage<V>;

    beforeEach(async () => {
      fixture = await make();
      storage = await fixture.settle(fixture.open());
    });

    afterEach(async () => {
      await fixture.settle(storage.close());
      await fixture.close();
    });

    async function load(): Promise<Write<V>[]> {
      return [...(await fixture.settle(storage.load())).writes];
    }

    async function write(...writes: Write<V>[]): Promise<void> {
      await fixture.settle(storage.write(writes));
    }

    async function reopen(): Promise<void> {
      await fixture.settle(storage.close());
      storage = await fixture.settle(fixture.open());
    }

    function accepted(seq: number, text: string): Write<V> {
      return { type: 'accepted', seq, ballot, value: fixture.toValue(text) };
    }

    it('is empty at first', async () => {
      expect(await load()).to.deep.equal([]);
    });

    it('returns writes of every type unchanged, in the order written', async () => {
      const value = fixture.toValue('learned, not voted for');
      const writes: Write<V>[] = [
        { type: 'reserved', round: 2 ** 48 },
        { type: 'promised', seq: 2 ** 40, ballot: { round: 2 ** 48, peer: 0 } },
        accepted(12, 'a value: ☃ \u0000'),
        { type: 'decided', seq: 11, value },
        accepted(10, ''),
        { type: 'decided', seq: 10 },
      ];
      await write(...writes);
      await reopen();
      const kept = await load();
      expect(kept.filter(({ type }) => type !== 'accepted')).to.deep.equal(
        writes.filter(({ type }) => type !== 'accepted'),
      );
      expect(kept).to.deep.include.members(writes);
    });

    it('adds each write to those before it, over many boots', async () => {
      const writes = Array.from({ length: 6 }, (_, seq) => accepted(seq, `value ${seq}`));
      for (const each of writes) {
        await write(each);
        await reopen();
        await load();
      }
      expect(await load()).to.deep.equal(writes);
    });

    it('remembers the highest promise, the last vote and the decision of an instance', async () => {
      await write({ type: 'promised', seq: 5, ballot });
      await write(accepted(5, 'voted for'), { type: 'decided', seq: 5 });
      await write({ type: 'promised', seq: 5, ballot: higher });
      await reopen();
      const kept = await load();
      expect(kept).to.deep.include.members([
        accepted(5, 'voted for'),
        { type: 'decided', seq: 5 },
        { type: 'promised', seq: 5, ballot: higher },
      ]);
    });

    it('remembers how many rounds are reserved', async () => {
      await write({ type: 'reserved', round: 100 });
      await write({ type: 'promised', seq: 0, ballot }, { type: 'reserved', round: 200 });
      await reopen();
      const rounds = (await load()).map((each) => (each.type === 'reserved' ? each.round : 0));
      expect(Math.max(...rounds)).to.equal(200);
    });

    it('remembers what is forgotten, and keeps every instance from there on', async () => {
      const writes = [accepted(3, 'three'), accepted(4, 'four'), accepted(5, 'five')];
      await write({ type: 'reserved', round: 100 }, ...writes);
      await write({ type: 'forgotten', min: 4 });
      await write(accepted(6, 'six'));
      await reopen();
      expect(await load()).to.deep.include.members([
        { type: 'reserved', round: 100 },
        accepted(4, 'four'),
        accepted(5, 'five'),
        { type: 'forgotten', min: 4 },
        accepted(6, 'six'),
      ]);
    });

    it('remembers the latest writes about incarnations, whatever is forgotten', async () => {
      const met = (writeIndex: number): Write<V> => ({
        type: 'peerRecords',
        peers: [{ incarnation: 1, writeIndex }],
      });
      const incarnation: Write<V> = {
        type: 'incarnation',
        incarnation: 1,
        attempt: 2 ** 47,
        isNew: true,
      };
      await write(incarnation, met(1), accepted(3, 'three'));
      await write({ ...incarnation, votingFloor: -1 }, met(2));
      await write({ type: 'forgotten', min: 4 });
      await reopen();
      const kept = (await load()).filter(
        ({ type }) => type === 'incarnation' || type === 'peerRecords',
      );
      expect(kept.findLast(({ type }) => type === 'incarnation')).to.deep.equal({
        ...incarnation,
        votingFloor: -1,
      });
      expect(kept.findLast(({ type }) => type === 'peerRecords')).to.deep.equal(met(2));
    });

    it('counts its writes, over restarts', async () => {
      const { writeIndex } = await fixture.settle(storage.load());
      await write(accepted(0, 'zero'), accepted(1, 'one'));
      await write({ type: 'forgotten', min: 1 });
      await reopen();
      const memory = await fixture.settle(storage.load());
      expect(memory).to.include({ state: 'kept', writeIndex: writeIndex + 2 });
    });

    it('accepts an empty write', async () => {
      await write();
      await reopen();
      expect(await load()).to.deep.equal([]);
    });

    it('keeps a value of a megabyte', async () => {
      const large = accepted(0, 'large '.repeat(175_000));
      await write(large);
      await reopen();
      expect(await load()).to.deep.equal([large]);
    });

    it('returns copies that no caller can change', async () => {
      const written = accepted(0, 'value');
      await write(written);
      const [first] = await load();
      expect(first).to.deep.equal(written);
      expect(first).to.not.equal(written);
      expect((await load())[0]).to.not.equal(first);
    });
  });
}
