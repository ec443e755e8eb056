/**
 * A cluster whose disks are slower than its clients: it continues at their pace, and never sends a request
 * twice.
 */
import { expect } from 'chai';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';
import { together } from './task.ts';

const serverCount = 5;
const clientCount = 20;
const flushMs = 300;
const testMs = 30_000;
/** A vote waits for the write in progress and then for its own. */
const roundMsMax = 4 * flushMs;

describe('Key-value service, on slow disks', () => {
  it(
    ...scenario('neither competes with its leader nor resends what is in flight', async (world) => {
      const journalPace = {
        delayMsMin: flushMs,
        delayMsMax: flushMs,
        slowChance: 0,
        slowMsMax: 0,
      };
      const cluster = await KvCluster.open(world, serverCount, { isLed: true, journalPace });
      await cluster.clerk(0).put('first', 'v');
      await world.sleep(5000);
      const { max } = cluster.servers[0]?.replica.status ?? { max: 0 };
      const before = {
        prepare: cluster.deliveredCount('prepare'),
        accept: cluster.deliveredCount('accept'),
      };
      let putCount = 0;
      await together(clientCount, async (client) => {
        const clerk = cluster.clerk(client % serverCount);
        for (const end = world.now() + testMs; world.now() < end; putCount += 1) {
          await clerk.put(`k${client}`, 'v');
        }
        return 0;
      });
      const instanceCount = (cluster.servers[0]?.replica.status.max ?? 0) - max;
      const acceptCount = cluster.deliveredCount('accept') - before.accept;
      expect(cluster.deliveredCount('prepare') - before.prepare).to.equal(0);
      expect(acceptCount / instanceCount / (serverCount - 1)).to.be.below(1.3);
      expect(putCount).to.be.above((clientCount * testMs) / (2 * roundMsMax));
    }),
  );
});
