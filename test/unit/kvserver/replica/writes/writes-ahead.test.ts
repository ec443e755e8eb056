/** How many writes of others are done before that of a client that has only one. */
import type { Replica } from '@paxkv/kvserver/internal/replica/index';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { openSession, put } from '../../state-machine/fixtures.ts';
import { Cluster } from '../cluster.ts';

const greedyCount = 4;
/** As many as a session may have outstanding, nearly. */
const pendingCount = 1000;

/** A replica that leads, or one that does not, with a session of its own. */
async function replicaThat(world: World, leads: boolean): Promise<Replica> {
  const cluster = new Cluster(world, { isLed: true });
  await cluster.start();
  const isLeader = (node: number) => cluster.replica(node).status.leader === node;
  while (![0, 1, 2].some(isLeader)) await world.sleep(5);
  const replica = cluster.replica([0, 1, 2].find((node) => isLeader(node) === leads) ?? 0);
  await replica.submit({ command: put('before', 'v') });
  return replica;
}

describe('Writes of one client', () => {
  for (const [where, leads] of [
    ['a leader', true],
    ['a follower', false],
  ] as const) {
    it(
      ...seeded(
        `wait at ${where} for five batches of others at most, however many those have pending`,
        async (world) => {
          const replica = await replicaThat(world, leads);
          let servedCount = 0;
          const sessions: (string | number)[] = [];
          for (let count = 0; count < greedyCount; count += 1) {
            const reply = await replica.submit({ command: openSession() });
            if (reply.type === 'openSession') sessions.push(reply.session);
          }
          const greedy = sessions.flatMap((session) => {
            const client = { principal: 'loopback' };
            return Array.from({ length: pendingCount }, async (_, index) => {
              const stamp = { session, number: index + 1, firstOutstanding: 1 };
              await replica.submit({ command: put(`k${index}`, 'v'), stamp }, { client });
              servedCount += 1;
            });
          });
          await Promise.resolve();
          await replica.submit({ command: put('k', 'v') }, { client: { principal: 'loopback' } });
          // The four in flight, and the one that the put is in.
          expect(servedCount).to.be.at.most(5 * 256);
          await Promise.all(greedy);
          expect(servedCount).to.equal(greedyCount * pendingCount);
        },
      ),
    );
  }
});
