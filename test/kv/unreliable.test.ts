/** K8 to K11: a tenth of all calls is lost, and nearly a fifth of all answers. */
import { expect } from 'chai';
import { element, expectElements } from './elements.ts';
import { KvCluster } from './kv-cluster.ts';
import { basicGetAndPut, concurrentClients, scenario } from './scenario.ts';
import { together } from './task.ts';

const clientCount = 5;

describe('Key-value service, unreliable', () => {
  it(
    ...scenario('Basic put/get, unreliable', async (world) => {
      await basicGetAndPut(await KvCluster.open(world, 3, { isUnreliable: true }));
    }),
  );

  it(
    ...scenario('Sequence of puts, unreliable', async (world) => {
      const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
      for (let round = 0; round < 6; round += 1) {
        await together(clientCount, async (client) => {
          const clerk = cluster.shuffledClerk();
          const key = String(client);
          const before = (await clerk.get(key)) ?? '';
          expect(before).to.equal('012'.repeat(round));
          for (const digit of ['0', '1', '2']) await clerk.append(key, digit);
          await cluster.sleep(100);
          expect(await clerk.get(key)).to.equal(`${before}012`);
          expect(await clerk.get(key)).to.equal(`${before}012`);
        });
      }
    }),
  );

  it(
    ...scenario('Concurrent clients, unreliable', async (world) => {
      const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
      await concurrentClients(cluster, () => cluster.shuffledClerk());
    }),
  );

  it(
    ...scenario('Concurrent Append to same key, unreliable', async (world) => {
      const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
      await cluster.anyClerk().put('k', '');
      const counts = await together(clientCount, async (client) => {
        const clerk = cluster.shuffledClerk();
        for (let number = 0; number < 5; number += 1) {
          await clerk.append('k', element(client, number));
        }
        return 5;
      });
      for (const reader of [cluster.anyClerk(), ...cluster.clerks()]) {
        expectElements(await reader.get('k'), counts);
      }
    }),
  );
});
