import type { Write } from '@paxkv/paxos';
import { SimDisk, World } from '@paxkv/simulator';
import { expect } from 'chai';

const ballot = { round: 1, peer: 0 };

async function contentsAfter(...writes: Write<string>[]): Promise<Write<string>[]> {
  const world = new World({ seed: 1 });
  const storage = new SimDisk<string>(world).open();
  return world.run(async () => {
    for (const write of writes) await storage.write([write]);
    return [...(await storage.load()).writes];
  });
}

describe('Journal', () => {
  it('drops what is about forgotten instances, whenever it was written', async () => {
    const contents = await contentsAfter(
      { type: 'promised', seq: 3, ballot },
      { type: 'promised', seq: 4, ballot },
      { type: 'forgotten', min: 4 },
      { type: 'promised', seq: 2, ballot },
    );
    expect(contents).to.deep.equal([
      { type: 'promised', seq: 4, ballot },
      { type: 'forgotten', min: 4 },
    ]);
  });

  it('stays small when everything is forgotten later', async () => {
    const writes = Array.from({ length: 200 }, (_, seq): Write<string>[] => [
      { type: 'reserved', round: seq },
      { type: 'accepted', seq, ballot, value: 'v' },
      { type: 'forgotten', min: seq },
    ]);
    expect(await contentsAfter(...writes.flat())).to.deep.equal([
      { type: 'reserved', round: 199 },
      { type: 'accepted', seq: 199, ballot, value: 'v' },
      { type: 'forgotten', min: 199 },
    ]);
  });
});
