import { type Operation, seeded, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { StateDisk } from '../../kv/state-disk.ts';
import { rejectionOf } from './rejection.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (text: string): Operation => ({ type: 'put', key: bytes(text), value: bytes(text) });

async function textsIn(disk: StateDisk): Promise<string[]> {
  const keys = await (await disk.open()).keys().all();
  return keys.map((key) => new TextDecoder().decode(key));
}

describe('LevelDisk', () => {
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

  it('keeps a random prefix of unsynced batches', async () => {
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
    ...seeded(
      'keeps nothing new while it is full, and ends no flush while it hangs',
      async (world) => {
        const disk = new StateDisk(world, world.random('state'));
        const level = await disk.open();
        const full = new Error('full');
        disk.fill(full);
        const sync = { sync: true } as object;
        expect(await rejectionOf(level.batch([put('a')], sync))).to.equal(full);
        expect(disk.contents.size).to.equal(0);
        disk.fill(undefined);
        disk.hang(true);
        let isSettled = false;
        const written = level.batch([put('b')], sync).then(() => {
          isSettled = true;
        });
        await world.sleep(60_000);
        expect(isSettled).to.equal(false);
        disk.hang(false);
        await written;
        expect(disk.contents.size).to.equal(2);
      },
    ),
  );

  it(
    ...seeded('never settles a batch of an incarnation that has crashed', async (world) => {
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

  it(
    ...seeded(
      'fails the next synced batch, unless the failure is cancelled in time',
      async (world) => {
        const disk = new StateDisk(world, world.random('state'));
        const level = await disk.open();
        disk.failNextSync(new Error('full'));
        disk.failNextSync(undefined);
        await level.batch([put('a')], { sync: true } as object);
        disk.failNextSync(new Error('full'));
        const failing = level.batch([put('b')], { sync: true } as object);
        expect((await rejectionOf(failing)).message).to.equal('full');
      },
    ),
  );

  it(
    ...seeded('replaces the whole state atomically', async (world) => {
      for (const isCrashed of [true, false]) {
        const disk = new StateDisk(world, world.random('state'));
        const level = await disk.open();
        await level.batch([put('old')], { sync: true } as object);
        let isReplaced = false;
        const replacing = disk.replace(async (next) => next.batch([put('new')]));
        void replacing.then(() => {
          isReplaced = true;
        });
        if (isCrashed) disk.crash();
        await world.sleep(1000);
        expect(isReplaced).to.equal(!isCrashed);
        if (!isCrashed) disk.crash();
        expect(await textsIn(disk)).to.deep.equal([isCrashed ? 'old' : 'new']);
      }
    }),
  );

  it(
    ...seeded('is empty once it was wiped, and refuses that while it is open', async (world) => {
      const disk = new StateDisk(world, world.random('state'));
      const level = await disk.open();
      await level.batch([put('a')], { sync: true } as object);
      expect(() => disk.wipe()).to.throw(TypeError, 'open');
      disk.crash();
      disk.wipe();
      expect(await textsIn(disk)).to.deep.equal([]);
    }),
  );
});
