/** Every limit as small as it may be: what is beyond it waits, and nothing is lost. */
import { sessionLimits } from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import { seeded } from '@paxkv/simulator';
import { expect } from 'chai';
import { append, get, openSession, put, text } from '../state-machine/fixtures.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';

const small: ClusterOptions = {
  isLed: true,
  windowBytesMax: 2000,
  limits: {
    ...{ batchRequestCountMax: 1, inFlightInstanceCountMax: 1, logInstanceCountMax: 3 },
    // Room for a few of the keys.
    ...{ cachedBytesMax: 1500, undurableBytesMax: 500, pendingRequestCountMax: 8 },
  },
  innerLimits: {
    messageLimits: { voteCountMax: 1, outcomeCountMax: 1, learnCountMax: 1 },
    sessionLimits: { ...sessionLimits, sessionCountMax: 4, cachedReplyCountMax: 12 },
    ownSessionWindowMax: 2,
  },
};

describe('Replicas with the smallest limits', () => {
  it(
    ...seeded('take each write once, over crashes, and end with one state', async (world) => {
      const cluster = new Cluster(world, small);
      await cluster.start();
      const tokens: string[] = [];
      for (let round = 0; round < 8; round += 1) {
        const node = round % 3;
        const own = [0, 1, 2, 3].map((index) => `${round}.${index};`);
        const writes = own.map((token) => cluster.submit(node, append('log', token)));
        const others = [0, 1, 2].map((index) =>
          cluster.submit((node + 1) % 3, put(`k${(7 * round + index) % 40}`, `${round}`)),
        );
        await Promise.all([...writes, ...others]);
        tokens.push(...own);
        if (round % 4 !== 3) continue;
        // The leader as well, in turn. It has more votes than it may tell, and returns with less than the log.
        cluster.nodes[(round >> 2) % 3]?.crash();
        await cluster.submit((node + 1) % 3, put('while', 'away'));
        await cluster.nodes[(round >> 2) % 3]?.start();
      }
      const read = await cluster.submit(1, get('log'));
      const value = read.type === 'get' ? text(read.entry?.value) : undefined;
      expect(value?.match(/[^;]+;/g)?.sort()).to.deep.equal([...tokens].sort());
      await world.sleep(5000);
      const states = cluster.nodes.map(({ program }) => program?.status);
      expect(new Set(states.map((status) => status?.applied)).size).to.equal(1);
      expect(new Set(states.map((status) => status?.revision)).size).to.equal(1);
      expect(cluster.failures).to.deep.equal([]);
    }),
  );

  it(
    ...seeded(
      'have few sessions at every replica, also once one took a whole state',
      async (world) => {
        const cluster = new Cluster(world, { ...small, windowBytesMax: 1 });
        await cluster.start();
        cluster.nodes[2]?.crash();
        for (let opened = 0; opened < 9; opened += 1) await cluster.submit(0, openSession());
        for (let count = 0; count < 20; count += 1) await cluster.submit(0, put('k', `${count}`));
        await cluster.nodes[2]?.start();
        await world.sleep(5000);
        for (let opened = 0; opened < 9; opened += 1) await cluster.submit(2, openSession());
        await world.sleep(5000);
        const { applied } = cluster.replica(0).status;
        for (const { program } of cluster.nodes) {
          expect(program?.status).to.include({ sessions: 4, applied, state: 'running' });
        }
        expect(cluster.failures).to.deep.equal([]);
      },
    ),
  );
});
