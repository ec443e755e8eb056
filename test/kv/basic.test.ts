/** K1, K2: nothing fails. */
import { expect } from 'chai';
import { KvCluster } from './kv-cluster.ts';
import { basicGetAndPut, concurrentClients, scenario } from './scenario.ts';

describe('Key-value service', () => {
  it(
    ...scenario('Basic put/append/get', async (world) => {
      const cluster = await KvCluster.open(world, 3);
      const clerk = cluster.anyClerk();
      await clerk.append('app', 'x');
      await clerk.append('app', 'y');
      expect(await clerk.get('app')).to.equal('xy');
      await basicGetAndPut(cluster);
    }),
  );

  it(
    ...scenario('Concurrent clients', async (world) => {
      const cluster = await KvCluster.open(world, 3);
      await concurrentClients(cluster, () => cluster.someClerk());
    }),
  );
});
