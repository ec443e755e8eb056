/** Servers lose their disks: they restart without memory, and take part in new instances only. */
import { expect } from 'chai';
import { element, expectElements } from './elements.ts';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';
import { Task, together } from './task.ts';

const clientCount = 5;

/** Appends to one key and puts another while each of `servers` in turn is down and loses its disks. */
async function loseEachInTurn(cluster: KvCluster, servers: readonly number[]): Promise<void> {
  const clerk = cluster.anyClerk();
  let appended = '';
  let last = '';
  const write = async (text: string) => {
    await clerk.append('appended', text);
    appended += text;
    await clerk.put('put', text);
    last = text;
  };
  for (let round = 0; round < 10; round += 1) await write(`${round}`);
  for (const server of servers) {
    expect(await clerk.get('appended')).to.equal(appended);
    expect(await clerk.get('put')).to.equal(last);
    cluster.crashWithLoss(server);
    await cluster.sleep(1000);
    await write(`away ${server}`);
    await cluster.restart(server);
    await write(`back ${server}`);
    await cluster.sleep(10);
    await write(`later ${server}`);
    await cluster.sleep(2000);
  }
  for (const server of servers) {
    const reader = cluster.clerk(server);
    expect(await reader.get('appended')).to.equal(appended);
    expect(await reader.get('put')).to.equal(last);
  }
}

describe('Key-value service, disks lost', () => {
  it(
    ...scenario('continues while each server in turn loses its disks', async (world) => {
      const cluster = await KvCluster.open(world, 3);
      await loseEachInTurn(cluster, [0, 1, 2]);
    }),
  );

  it(
    ...scenario(
      'continues while one is down and the others lose their disks in turn',
      async (world) => {
        const cluster = await KvCluster.open(world, 5);
        cluster.crash(0);
        await loseEachInTurn(cluster, [1, 2, 3, 4]);
        await cluster.restart(0);
        const clerk = cluster.anyClerk();
        for (const text of ['one', 'two']) await clerk.put('put', text);
        for (const reader of cluster.clerks()) expect(await reader.get('put')).to.equal('two');
      },
    ),
  );

  it(
    ...scenario('applies appends once, while servers crash and lose their disks', async (world) => {
      const cluster = await KvCluster.open(world, 3);
      const reader = cluster.anyClerk();
      let isGoing = true;
      const appends = new Task(() =>
        together(clientCount, async (client) => {
          const clerk = cluster.shuffledClerk();
          let count = 0;
          for (; isGoing || count < 5; count += 1) {
            await clerk.append('k', element(client, count));
            await cluster.sleep(200 * world.random('pause').next());
          }
          return count;
        }),
      );
      for (const end of ['crash', 'crashWithLoss'] as const) {
        for (const server of cluster.servers.keys()) {
          cluster[end](server);
          await cluster.sleep(1000);
          await reader.get('k');
          await cluster.restart(server);
          await cluster.sleep(3000);
          await reader.get('k');
        }
      }
      isGoing = false;
      const counts = await appends.within(world, 10_000);
      for (const clerk of cluster.clerks()) expectElements(await clerk.get('k'), counts);
    }),
  );

  it(
    ...scenario('returns an append in flight at a loss, 50 times, unreliable', async (world) => {
      const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
      const random = world.random('when');
      const clerk = cluster.anyClerk();
      const reader = cluster.anyClerk();
      for (let round = 0; round < 50; round += 1) {
        const server = round % cluster.servers.length;
        const append = new Task(() => clerk.append('k', element(0, round)));
        await cluster.sleep(random.between(0, 20));
        const isReturned = append.isSettled;
        if (random.chance(0.5)) cluster.crashWithLoss(server);
        else cluster.crash(server);
        await cluster.sleep(1000);
        const text = await reader.get('k');
        expectElements(text, [isReturned ? round + 1 : round], isReturned ? [] : [0]);
        await cluster.restart(server);
        await append.within(world, 2200);
        // While it has no memory, its vote and that of the next one to crash would both be missing.
        await cluster.untilServing(server);
      }
      for (const last of cluster.clerks()) expectElements(await last.get('k'), [50]);
    }),
  );

  it(
    ...scenario(
      'answers nothing while only a stale server of a majority has memory',
      async (world) => {
        const cluster = await KvCluster.open(world, 5);
        const clerk = cluster.anyClerk();
        for (let count = 0; count < 10; count += 1) await clerk.append('k', element(0, count));
        cluster.crash(0);
        for (let count = 10; count < 12; count += 1) await clerk.append('k', element(0, count));
        for (const server of [1, 2]) cluster.crashWithLoss(server);
        for (const server of [3, 4]) cluster.crash(server);
        for (const server of [0, 1, 2]) await cluster.restart(server);
        const get = new Task(() => clerk.get('k'));
        await cluster.sleep(3000);
        expect(get.isSettled, 'the get returned').to.equal(false);
        for (const server of [3, 4]) await cluster.restart(server);
        await clerk.append('k', element(0, 12));
        expectElements(await get.result, [12], [0]);
        for (const reader of cluster.clerks()) expectElements(await reader.get('k'), [13]);
      },
    ),
  );

  it(
    ...scenario(
      'continues once a majority with memory is back, with one server without memory',
      async (world) => {
        const cluster = await KvCluster.open(world, 5);
        const clerk = cluster.anyClerk();
        for (let count = 0; count < 10; count += 1) await clerk.append('k', element(0, count));
        for (const server of [1, 2]) cluster.crash(server);
        for (let count = 10; count < 110; count += 1) await clerk.append('k', element(0, count));
        cluster.crashWithLoss(0);
        await cluster.sleep(50);
        for (const server of [1, 2]) await cluster.restart(server);
        await cluster.sleep(1);
        await cluster.restart(0);
        const appends = new Task(() =>
          together(2, async (client) => {
            await cluster.sleep(10 * client);
            await cluster.anyClerk().append('k', element(1 + client, 0));
          }),
        );
        await appends.within(world, 10_000);
        for (const reader of cluster.clerks()) expectElements(await reader.get('k'), [110, 1, 1]);
      },
    ),
  );
});
