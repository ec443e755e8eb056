/** Whatever connections and servers do, an acknowledged write takes effect once, and no write takes effect twice. */
import { KvError } from '@paxkv/client';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { StreamWorld } from './fake-servers.ts';
import { LossyStore } from './lossy-store.ts';

const laneCount = 6;
const writesPerLane = 8;

interface Results {
  readonly done: string[];
  readonly notDone: string[];
  readonly unknown: string[];
}

/** Servers die, freeze, say goodbye and name leaders at random, for a while. */
async function trouble(world: StreamWorld, store: LossyStore, random: SeededRandom) {
  const server = random.pick(world.servers);
  const kind = random.integer(0, 5);
  if (kind === 0) server.die();
  if (kind === 1) server.isFrozen = true;
  if (kind === 2) server.announce(['goodbye']);
  if (kind === 3) server.announce(['leader', random.integer(0, 3)]);
  if (kind === 4 && random.chance(0.3)) store.expireSessions();
  await world.clock.runUntil(world.clock.now() + random.between(0, 800));
  server.onDial = 'accept';
  server.isFrozen = false;
}

async function run(seed: number): Promise<{ results: Results; appended: readonly string[] }> {
  const random = new SeededRandom(seed);
  const world = new StreamWorld((asked) => store.take(asked), {
    timeoutMs: random.pick([1_500, 60_000]),
    random,
  });
  const store = new LossyStore(world.clock, random);
  const results: Results = { done: [], notDone: [], unknown: [] };
  const append = async (value: string) => {
    try {
      await world.client.append('list', value);
      results.done.push(value);
    } catch (error) {
      if (!(error instanceof KvError)) throw error;
      (error.outcome === 'unknown' ? results.unknown : results.notDone).push(value);
    }
  };
  const lanes = Array.from({ length: laneCount }, async (_, lane) => {
    for (let count = 0; count < writesPerLane; count += 1) await append(`${lane}.${count}`);
  });
  for (let step = 0; step < 12; step += 1) await trouble(world, store, random);
  store.isLossy = false;
  await world.clock.finish(Promise.all(lanes));
  await world.clock.runUntil(world.clock.now() + 10_000);
  return { results, appended: store.appended };
}

describe('a write over streams', () => {
  it('takes effect once if acknowledged, at most once if unknown, and never if not done', async () => {
    const total = { done: 0, notDone: 0, unknown: 0 };
    for (let seed = 1; seed <= 40; seed += 1) {
      const { results, appended } = await run(seed);
      const count = (value: string) => appended.filter((each) => each === value).length;
      for (const value of results.done) expect(count(value), `${value}, seed ${seed}`).to.equal(1);
      for (const value of results.unknown) {
        expect(count(value), `${value}, seed ${seed}`).to.be.at.most(1);
      }
      for (const value of results.notDone)
        expect(count(value), `${value}, seed ${seed}`).to.equal(0);
      total.done += results.done.length;
      total.notDone += results.notDone.length;
      total.unknown += results.unknown.length;
    }
    expect(total.done, 'enough went through').to.be.above(1_000);
    expect(total.unknown, 'enough went wrong').to.be.above(5);
  });
});
