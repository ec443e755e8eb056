import { ReadSlots } from '@paxkv/kvserver/internal/state-machine/store/read-slots';
import { expect } from 'chai';

describe('ReadSlots', () => {
  it('runs as many reads at once as it has slots, the others in order', async () => {
    const slots = new ReadSlots(2);
    const started: number[] = [];
    const ends: (() => void)[] = [];
    const reads = [0, 1, 2, 3].map((number) =>
      slots.run(
        () =>
          new Promise<number>((resolve) => {
            started.push(number);
            ends[number] = () => resolve(number);
          }),
      ),
    );
    expect(started).to.deep.equal([0, 1]);
    ends[1]?.();
    expect(await reads[1]).to.equal(1);
    expect(started).to.deep.equal([0, 1, 2]);
    ends[0]?.();
    ends[2]?.();
    await Promise.all([reads[0], reads[2]]);
    expect(started).to.deep.equal([0, 1, 2, 3]);
    ends[3]?.();
    expect(await reads[3]).to.equal(3);
    const later = [slots.run(async () => 4), slots.run(async () => 5)];
    expect(await Promise.all(later)).to.deep.equal([4, 5]);
  });

  /** The most reads that ran at once, of 50 that find values of so many bytes. */
  async function atOnce(slots: ReadSlots, bytes: number): Promise<number> {
    let [running, runningMax] = [0, 0];
    const read = async () => {
      running += 1;
      runningMax = Math.max(runningMax, running);
      await new Promise(setImmediate);
      running -= 1;
      return bytes;
    };
    await Promise.all(Array.from({ length: 50 }, () => slots.run(read, (found) => found)));
    return runningMax;
  }

  const readOne = (slots: ReadSlots, bytes: number) =>
    slots.run(
      async () => bytes,
      (found) => found,
    );

  it('runs as many reads at once as have 2 MiB together', async () => {
    for (const [bytes, count] of [
      [2 ** 19, 4],
      [2 ** 19 + 1, 3],
      [2 ** 22, 2],
    ] as const) {
      const slots = new ReadSlots();
      await readOne(slots, bytes);
      expect(await atOnce(slots, bytes), `${bytes}`).to.equal(count);
    }
  });

  it('expects large values for a while after the last one', async () => {
    const slots = new ReadSlots();
    await readOne(slots, 2 ** 22);
    await readOne(slots, 0);
    expect(await atOnce(slots, 2 ** 20)).to.equal(2);
  });

  it('runs fewer reads at once while values are large, and as many as before once they are small', async () => {
    const slots = new ReadSlots();
    let [running, runningMax] = [0, 0];
    const readMany = async (bytes: number, count: number) => {
      runningMax = 0;
      const read = async () => {
        running += 1;
        runningMax = Math.max(runningMax, running);
        await new Promise(setImmediate);
        running -= 1;
        return bytes;
      };
      await Promise.all(Array.from({ length: count }, () => slots.run(read, (found) => found)));
      return runningMax;
    };
    expect(await readMany(100, 50)).to.equal(16);
    await slots.run(
      async () => 2 ** 20,
      (found) => found,
    );
    expect(await readMany(2 ** 20, 50)).to.equal(2);
    expect(await readMany(100, 200)).to.equal(16);
    expect(running).to.equal(0);
  });

  it('passes failures on, and gives their slots to others', async () => {
    const slots = new ReadSlots(1);
    const failed = slots.run(() => Promise.reject(new Error('no')));
    const next = slots.run(async () => 'read');
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
    expect(await next).to.equal('read');
  });
});
