/** Three servers that all propose: every client of every server is served in bounded time. */
import { lab, reliable } from '@paxkv/simulator';
import { expect } from 'chai';
import { element, expectElements } from './elements.ts';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';
import { together } from './task.ts';

const clientCount = 9;
const testMs = 5000;

describe('Key-value service, with servers in competition', () => {
  for (const { title, profile, waitMsMax } of [
    { title: 'lets no client starve', profile: reliable, waitMsMax: 250 },
    { title: 'lets no client starve while servers miss calls', profile: lab, waitMsMax: 1000 },
  ]) {
    it(
      ...scenario(title, async (world) => {
        const cluster = await KvCluster.open(world, 3, { profile });
        const waits: number[] = [];
        const counts = await together(clientCount, async (client) => {
          const clerk = cluster.clerk(client % cluster.servers.length);
          let count = 0;
          for (; world.now() < testMs; count += 1) {
            const since = world.now();
            await clerk.put(String(client), String(count));
            waits.push(world.now() - since);
          }
          expect(await clerk.get(String(client))).to.equal(String(count - 1));
          return count;
        });
        expect(Math.max(...waits)).to.be.below(waitMsMax);
        expect(Math.min(...counts) * 4, `${counts}`).to.be.above(Math.max(...counts));
      }),
    );
  }

  it(
    ...scenario(
      'applies each append once, though its answer is lost again and again',
      async (world) => {
        const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
        const counts = await together(clientCount, async (client) => {
          const clerk = cluster.shuffledClerk();
          for (let number = 0; number < 100; number += 1) {
            await clerk.append('k', element(client, number));
          }
          return 100;
        });
        for (const reader of cluster.clerks()) expectElements(await reader.get('k'), counts);
      },
    ),
  );
});
