import { seeded, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { type Operation, StateDisk } from './state-disk.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (text: string): Operation => ({ type: 'put', key: bytes(text), value: bytes(text) });

async function textsIn(disk: StateDisk): Promise<string[]> {
  const keys = await (await disk.open()).keys().all();
  return keys.map((key) => new TextDecoder().decode(key));
}

describe('StateDisk', () => {
  it(
    ...seeded('keeps a synced batch and all before it over a crash', async (world) => {
      const disk = new StateDisk(world, world.random('state'));
      const level = await disk.open();
      await level.batch([put('a')]);
      await level.batch([put('b')], { sync: true } as object);
      disk.crash();
      expect(await textsIn(disk)).to.deep.equal(['a', 'b']);
    }),
  );

  it('keeps by chance none, some or all of what was not synced, without gaps', async () => {
    const kept = new Set<string>();
    for (let seed = 0; seed < 50; seed += 1) {
      const world = new World({ seed });
      await world.run(async () => {
        const disk = new StateDisk(world, world.random('state'));
        const level = await disk.open();
        await level.batch([put('a'), put('b')]);
        await level.batch([put('c')]);
        disk.crash();
        kept.add((await textsIn(disk)).join(''));
      });
    }
    expect([...kept].sort()).to.deep.equal(['', 'ab', 'abc']);
  });

  it(
    ...seeded('never settles a batch of a boot that has crashed', async (world) => {
      const disk = new StateDisk(world, world.random('state'));
      const level = await disk.open();
      let isSettled = false;
      void level.batch([put('a')], { sync: true } as object).then(() => {
        isSettled = true;
      });
      disk.crash();
      const next = await disk.open();
      await next.batch([put('b')], { sync: true } as object);
      void level.batch([put('c')]);
      await world.sleep(1000);
      disk.crash();
      expect(isSettled).to.equal(false);
      expect(await textsIn(disk))
        .to.include('b')
        .and.not.include('c');
    }),
  );
});
