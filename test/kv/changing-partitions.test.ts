/** K12, K13: partitions change in the middle of agreements, and each client knows what it wrote. */
import type { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';
import { Task, together } from './task.ts';

const clientCount = 10;
const testTimeoutMs = 60_000;

/** While `isGoing`, writes the key, or expects the last written value in it. */
class Author {
  isGoing = true;
  writeCount = 0;
  readonly #cluster: KvCluster;

  constructor(cluster: KvCluster) {
    this.#cluster = cluster;
  }

  async putAndGet(key: string, pickClerk: () => KvClient): Promise<void> {
    const random = this.#cluster.world.random(`author ${key}`);
    let last = '';
    while (this.isGoing) {
      if (random.chance(0.5)) {
        last = String(random.integer(0, 1_000_000));
        await pickClerk().put(key, last);
        this.writeCount += 1;
      } else expect(await pickClerk().get(key)).to.equal(last);
    }
  }

  async appendAndGet(key: string, clerk: KvClient): Promise<void> {
    const random = this.#cluster.world.random(`author ${key}`);
    let last = '';
    while (this.isGoing) {
      if (random.chance(0.5)) {
        const text = String(random.integer(0, 1_000_000));
        await clerk.append(key, text);
        last += text;
        this.writeCount += 1;
      } else expect(await clerk.get(key)).to.equal(last);
    }
  }
}

describe('Key-value service, with changing partitions', function () {
  this.timeout(testTimeoutMs);

  it(
    ...scenario('Tolerates holes in Paxos sequence', async (world) => {
      const cluster = await KvCluster.open(world, 5);
      const random = world.random('which server');
      for (let iteration = 0; iteration < 5; iteration += 1) {
        cluster.heal();
        await cluster.clerk(2).put('q', 'q');
        const author = new Author(cluster);
        const authors = new Task(() =>
          together(clientCount, async (client) => {
            const clerks = [cluster.clerk(0), cluster.clerk(1)];
            await cluster.clerk(0).put(String(client), '');
            await author.putAndGet(String(client), () => random.pick(clerks));
          }),
        );
        await cluster.sleep(3000);

        cluster.partition([2, 3, 4], [0, 1]);
        const clerk = cluster.clerk(2);
        expect(await clerk.get('q')).to.equal('q');
        await clerk.put('q', 'qq');
        expect(await clerk.get('q')).to.equal('qq');

        cluster.heal();
        author.isGoing = false;
        await authors.within(world, 10_000);
        expect(await cluster.clerk(2).get('q')).to.equal('qq');
        expect(author.writeCount).to.be.above(100);
      }
    }),
  );

  it(
    ...scenario('Many clients, changing partitions', async (world) => {
      const cluster = await KvCluster.open(world, 5, { isUnreliable: true });
      const random = world.random('when');
      const author = new Author(cluster);
      const authors = new Task(() =>
        together(clientCount, async (client) => {
          const clerk = cluster.shuffledClerk();
          await clerk.put(String(client), '');
          await author.appendAndGet(String(client), clerk);
        }),
      );
      while (world.now() < 20_000) {
        cluster.partitionRandomly(3);
        await cluster.sleep(random.integer(0, 199));
      }
      cluster.heal();
      author.isGoing = false;
      await authors.within(world, 20_000);
      expect(author.writeCount).to.be.above(20);
    }),
  );
});
