/** K3, and its counterpart for a load of writes only: instances applied everywhere are forgotten. */
import { expect } from 'chai';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';

const valueLength = 1_000_000;
const keyCount = 10;

describe('Key-value service, memory', () => {
  it(
    ...scenario('Server frees Paxos log memory', async (world) => {
      // The latest changes, kept for watches, and the entries kept for reads would hide what the log keeps.
      const limits = { recentChangesBytesMax: 1, cachedBytesMax: 1 };
      const cluster = await KvCluster.open(world, 3, { limits });
      const clerk = cluster.anyClerk();
      const clerks = cluster.clerks();
      await clerk.put('a', 'aa');
      expect(await clerk.get('a')).to.equal('aa');
      const before = heapBytes();

      for (const round of [0, 1]) {
        for (let key = 0; key < keyCount; key += 1) {
          const value = bigValue(round * keyCount + key);
          await clerk.put(String(key), value);
          const read = await clerks[key % clerks.length]?.get(String(key));
          expect(read === value, `the big value of ${key}`).to.equal(true);
        }
      }
      for (const round of [0, 1]) {
        for (const [server, own] of clerks.entries()) {
          await own.put(`a${server}`, String(round));
          expect(await own.get(`a${server}`)).to.equal(String(round));
        }
      }
      await cluster.sleep(1000);
      const grown = heapBytes() - before;
      expect(grown).to.be.at.most(2 * 3 * keyCount * valueLength);
      expect(grown, 'the live data alone').to.be.above(3 * keyCount * valueLength * 0.9);
    }),
  );

  it(
    ...scenario('forgets under a load that only writes, through one server', async (world) => {
      const cluster = await KvCluster.open(world, 3);
      const clerk = cluster.clerk(0);
      const retained: number[] = [];
      for (let number = 0; number < 1000; number += 1) {
        await clerk.put('k', String(number));
        await cluster.sleep(20);
        for (const { replica } of cluster.servers) {
          retained.push(replica.status.max - replica.status.min);
        }
      }
      // The state is written every half second, and what is not written yet is kept in the log.
      expect(Math.max(...retained)).to.be.below(80);
    }),
  );

  it(
    ...scenario('keeps no more than its log budget while a server is away', async (world) => {
      const limits = { logInstanceCountMax: 20, logBytesMax: 20_000 };
      const cluster = await KvCluster.open(world, 3, { isLed: true, limits });
      const clerk = cluster.clerk(0);
      const survivors = cluster.servers.slice(0, 2);
      await clerk.put('k', 'first');
      cluster.servers[2]?.crash();
      const retained: number[] = [];
      const bytes: number[] = [];
      for (let number = 0; number < 300; number += 1) {
        await clerk.put('k', String(number));
        await cluster.sleep(20);
        for (const { replica } of survivors) {
          retained.push(replica.status.retained.instances);
          bytes.push(replica.status.retained.bytes);
        }
      }
      // Beyond the budget there is only what the last half second has not written to the state yet.
      expect(Math.max(...retained)).to.be.below(20 + 60);
      expect(Math.max(...bytes)).to.be.below(20_000);
      expect(Math.min(...survivors.map(({ replica }) => replica.status.min))).to.be.above(200);
      await cluster.servers[2]?.start();
      await cluster.sleep(5000);
      expect(await cluster.clerk(2).get('k')).to.equal('299');
      const applied = new Set(cluster.servers.map(({ replica }) => replica.status.applied));
      expect(applied.size, 'positions').to.equal(1);
    }),
  );

  it(
    ...scenario('takes no whole state after an absence within its log budget', async (world) => {
      const limits = { logInstanceCountMax: 400 };
      const cluster = await KvCluster.open(world, 3, { isLed: true, limits });
      const clerk = cluster.clerk(0);
      cluster.servers[2]?.crash();
      for (let number = 0; number < 300; number += 1) await clerk.put('k', String(number));
      await cluster.sleep(2000);
      await cluster.servers[2]?.start();
      const states = new Set<string>();
      for (let count = 0; count < 200; count += 1) {
        await cluster.sleep(10);
        states.add(cluster.servers[2]?.replica.status.state ?? 'down');
      }
      expect([...states]).to.deep.equal(['running']);
      const applied = new Set(cluster.servers.map(({ replica }) => replica.status.applied));
      expect(applied.size, 'positions').to.equal(1);
    }),
  );
});

/** A unique text that an engine cannot store in less space. */
function bigValue(number: number): string {
  return String.fromCharCode(97 + number).repeat(valueLength);
}

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('Run node with --expose-gc.');
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
