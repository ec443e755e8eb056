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

  it('passes failures on, and gives their slots to others', async () => {
    const slots = new ReadSlots(1);
    const failed = slots.run(() => Promise.reject(new Error('no')));
    const next = slots.run(async () => 'read');
    expect(await failed.catch((error: Error) => error.message)).to.equal('no');
    expect(await next).to.equal('read');
  });
});
