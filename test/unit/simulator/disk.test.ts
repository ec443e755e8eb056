import type { Storage, Write } from '@paxkv/paxos';
import { SimDisk, type SimDiskOptions, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { storageContract } from '../contracts/storage-contract.ts';
import { rejectionOf } from './rejection.ts';

storageContract('SimDisk', async () => {
  const world = new World({ seed: 1 });
  const disk = new SimDisk<string>(world);
  return {
    open: async () => disk.open(),
    toValue: (text) => text,
    settle: (promise) => world.run(() => promise),
    close: async () => {},
  };
});

const ballot = { round: 1, peer: 0 };

function accepted(seq: number): Write<string> {
  return { type: 'accepted', seq, ballot, value: `value ${seq}` };
}

function worldWithDisk(options: SimDiskOptions<string> = {}, seed: number = 1) {
  const world = new World({ seed });
  const disk = new SimDisk<string>(world, options);
  const contents = (storage: Storage<string>) =>
    world.run(async () => [...(await storage.load()).writes]);
  return { world, disk, contents };
}

/** Records how the promise settles, if it does. */
function noteOutcome(promise: Promise<unknown>, outcomes: string[]): void {
  promise.then(
    () => outcomes.push('fulfilled'),
    () => outcomes.push('rejected'),
  );
}

describe('SimDisk', () => {
  it('makes a write durable after a delay between its bounds, not before', async () => {
    const { world, disk } = worldWithDisk({ delayMsMin: 5, delayMsMax: 8 });
    const storage = disk.open();
    const times = await world.run(async () => {
      const durations: number[] = [];
      for (let seq = 0; seq < 100; seq += 1) {
        const startMs = world.now();
        const written = storage.write([accepted(seq)]);
        expect(disk.writeCount).to.equal(seq);
        await written;
        durations.push(world.now() - startMs);
      }
      return durations;
    });
    expect(Math.min(...times)).to.be.within(5, 5.5);
    expect(Math.max(...times)).to.be.within(7.5, 8);
  });

  it('keeps at a crash what was acknowledged, and the pending write whole or not at all', async () => {
    const keptCounts = new Set<number>();
    for (let seed = 0; seed < 20; seed += 1) {
      const { world, disk, contents } = worldWithDisk({ delayMsMin: 5 }, seed);
      const storage = disk.open();
      await world.run(() => storage.write([accepted(0)]));
      noteOutcome(storage.write([accepted(1), accepted(2)]), []);
      await world.run(() => world.sleep(1));
      disk.crash();
      keptCounts.add((await contents(disk.open())).length);
    }
    expect([...keptCounts].sort()).to.deep.equal([1, 3]);
  });

  it('loses or keeps what was not flushed, as the probability says', async () => {
    for (const keepChance of [0, 1]) {
      const { disk, contents } = worldWithDisk({ keepChance });
      noteOutcome(disk.open().write([accepted(0)]), []);
      disk.crash();
      expect(await contents(disk.open())).to.have.lengthOf(keepChance);
    }
  });

  it('leaves a storage whose promises never settle', async () => {
    const { world, disk } = worldWithDisk();
    const outcomes: string[] = [];
    const storage = disk.open();
    noteOutcome(storage.load(), outcomes);
    noteOutcome(storage.write([accepted(0)]), outcomes);
    disk.crash();
    disk.open();
    noteOutcome(storage.load(), outcomes);
    noteOutcome(storage.write([accepted(1)]), outcomes);
    noteOutcome(storage.close(), outcomes);
    await world.run(() => world.sleep(1_000));
    expect(outcomes).to.deep.equal([]);
  });

  it('can be opened once at a time', async () => {
    const { disk } = worldWithDisk();
    const storage = disk.open();
    expect(() => disk.open()).to.throw(TypeError);
    await storage.close();
    disk.open();
  });

  it('refuses a write, and to be closed, while a write is pending', async () => {
    const { world, disk } = worldWithDisk();
    const storage = disk.open();
    const written = storage.write([accepted(0)]);
    expect(await rejectionOf(storage.write([accepted(1)]))).to.be.instanceOf(TypeError);
    expect(await rejectionOf(storage.close())).to.be.instanceOf(TypeError);
    await world.run(() => written);
  });

  it('fails the next write and no other; the failed one may be durable', async () => {
    const { world, disk, contents } = worldWithDisk({ keepChance: 1 });
    const storage = disk.open();
    const failure = new Error('disk full');
    disk.failNextWrite(failure);
    const error = await world.run(() => rejectionOf(storage.write([accepted(0)])));
    expect(error).to.equal(failure);
    await world.run(() => storage.write([accepted(1)]));
    expect(await contents(storage)).to.deep.equal([accepted(0), accepted(1)]);
  });

  it('is empty after a wipe, which needs a disk that is not open', async () => {
    const { world, disk, contents } = worldWithDisk();
    const storage = disk.open();
    await world.run(() => storage.write([accepted(0)]));
    expect(() => disk.wipe()).to.throw(TypeError);
    disk.crash();
    disk.wipe();
    expect(await contents(disk.open())).to.deep.equal([]);
  });

  it('has slow writes', async () => {
    const { world, disk } = worldWithDisk({ delayMsMin: 1, delayMsMax: 1 });
    const storage = disk.open();
    disk.setPace({ slowChance: 1, slowMsMax: 1_000 });
    await world.run(() => storage.write([accepted(0)]));
    const slowMs = world.now();
    disk.setPace({ slowChance: 0 });
    await world.run(() => storage.write([accepted(1)]));
    expect(slowMs).to.be.within(10, 1_000);
    expect(world.now() - slowMs).to.be.closeTo(1, 1e-6);
  });

  it('copies what it keeps', async () => {
    const world = new World({ seed: 1 });
    const disk = new SimDisk<{ text: string }>(world);
    const storage = disk.open();
    const value = { text: 'as written' };
    const written = storage.write([{ type: 'accepted', seq: 0, ballot, value }]);
    value.text = 'changed later';
    await world.run(() => written);
    const { writes } = await world.run(() => storage.load());
    const [kept] = writes;
    expect(kept).to.deep.include({ value: { text: 'as written' } });
  });

  it('keeps or loses the pending write at a crash by the given probability', async () => {
    for (const keepChance of [0, 1]) {
      const fates: string[] = [];
      const watch = (fate: string, writes: readonly Write<string>[]) =>
        fates.push(`${fate} ${writes.length}`);
      const { disk, contents } = worldWithDisk({ watch });
      void disk.open().write([accepted(0)]);
      disk.crash(keepChance);
      expect(fates).to.deep.equal([keepChance === 1 ? 'kept 1' : 'lost 1']);
      expect(await contents(disk.open())).to.have.length(keepChance);
    }
  });

  it('fails the next load, and finds everything at the one after it', async () => {
    const { world, disk, contents } = worldWithDisk();
    const storage = disk.open();
    await world.run(() => storage.write([accepted(0)]));
    disk.failNextLoad(new Error('no answer'));
    expect((await rejectionOf(world.run(() => storage.load()))).message).to.equal('no answer');
    expect(await contents(storage)).to.deep.equal([accepted(0)]);
  });

  it('fails nothing if the failure was taken back in time', async () => {
    const { world, disk } = worldWithDisk();
    disk.failNextLoad(new Error('no answer'));
    disk.failNextLoad(undefined);
    disk.failNextWrite(new Error('full'));
    disk.failNextWrite(undefined);
    const storage = disk.open();
    await world.run(async () => {
      await storage.load();
      await storage.write([accepted(0)]);
    });
    expect(disk.writeCount).to.equal(1);
  });

  it('fails every write while it is full, stores none of them, and takes writes again after that', async () => {
    const { world, disk, contents } = worldWithDisk({ keepChance: 1 });
    const storage = disk.open();
    const full = new Error('full');
    disk.fill(full);
    for (const seq of [1, 2]) {
      expect(await world.run(() => rejectionOf(storage.write([accepted(seq)])))).to.equal(full);
    }
    disk.fill(undefined);
    await world.run(() => storage.write([accepted(3)]));
    expect(await contents(storage)).to.deep.equal([accepted(3)]);
  });

  it('ends no load and no write while it hangs, however long', async () => {
    const { world, disk } = worldWithDisk();
    const storage = disk.open();
    const outcomes: string[] = [];
    disk.hang(true);
    noteOutcome(storage.write([accepted(1)]), outcomes);
    noteOutcome(storage.load(), outcomes);
    await world.run(() => world.sleep(60_000));
    expect(outcomes).to.deep.equal([]);
    disk.hang(false);
    await world.run(() => world.sleep(50));
    expect(outcomes).to.deep.equal(['fulfilled', 'fulfilled']);
  });

  it('fails every load once it is damaged, until it is wiped', async () => {
    const { world, disk, contents } = worldWithDisk();
    disk.damage(new Error('damaged'));
    for (let boot = 0; boot < 2; boot += 1) {
      const load = world.run(() => disk.open().load());
      expect((await rejectionOf(load)).message).to.equal('damaged');
      disk.crash();
    }
    disk.wipe();
    expect(await contents(disk.open())).to.deep.equal([]);
  });
});
