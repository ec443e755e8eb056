import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { sessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import type { KvError, Reply } from '@paxkv/protocol';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { append, get, put, text } from '../../state-machine/fixtures.ts';
import { Cluster } from '../cluster.ts';

/** More than stays in memory, in few enough sessions that newer ones soon put out that of a replica. */
const missedCount = 40;
const limits = { logInstanceCountMax: 4, requestTimeoutMs: 60_000 };
const innerLimits = { sessionLimits: { ...sessionLimits, sessionCountMax: 2 } };

async function until(world: World, isSo: () => boolean): Promise<void> {
  while (!isSo()) await world.sleep(5);
}

/** A cluster in which node `behind` has forwarded an append, and then hears nothing while others write. */
async function withLostReply(world: World) {
  const cluster = new Cluster(world, { isLed: true, limits, innerLimits });
  await cluster.start();
  const leaderOf = () => cluster.nodes[0]?.program?.status.leader;
  await until(world, () => leaderOf() !== undefined);
  const leader = leaderOf() ?? 0;
  const [behind = -1, other = -1] = [0, 1, 2].filter((node) => node !== leader);
  await cluster.submit(behind, append('log', '<first>'));
  const reply = cluster.submit(behind, append('log', '<second>')).then(
    (done: Reply) => done.type,
    ({ code, outcome }: KvError) => ({ code, outcome }),
  );
  for (const node of [leader, other]) cluster.network.cut(node, behind);
  return { cluster, leader, other, behind, reply };
}

describe('A write whose reply a replica misses', () => {
  it(
    ...seeded(
      'is not done again after a newer state, though its session ended meanwhile',
      async (world) => {
        const { cluster, leader, other, behind, reply } = await withLostReply(world);
        const isDone = async () => {
          const got = await cluster.submit(leader, get('log'));
          return got.type === 'get' && text(got.entry?.value) === '<first><second>';
        };
        while (!(await isDone())) await world.sleep(5);
        for (const client of ['one', 'two']) {
          await cluster.submit(leader, { type: 'openSession', client });
        }
        for (let count = 0; count < missedCount; count += 1) {
          await cluster.submit(leader, put('k', `${count}`));
        }
        await world.sleep(2 * writeIntervalMs);
        await cluster.submit(leader, put('k', 'last'));
        for (const node of [leader, other]) cluster.network.mend(node, behind);
        expect(await reply).to.deep.equal({ code: 'KV_INTERRUPTED', outcome: 'unknown' });
        await until(world, () => cluster.replica(behind).status.state === 'running');
        await cluster.submit(behind, put('k', 'after'));
        await world.sleep(10_000);
        const got = await cluster.submit(behind, get('log'));
        expect(got.type === 'get' && text(got.entry?.value)).to.equal('<first><second>');
      },
    ),
  );
});
