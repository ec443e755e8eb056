/** Servers crash at any moment and keep their disks: acknowledged data is there, once. */
import { expect } from 'chai';
import { element, expectElements } from './elements.ts';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';
import { Task, together } from './task.ts';

const clientCount = 5;

describe('Key-value service, restarted', () => {
  it(
    ...scenario('keeps everything when all servers crash and restart', async (world) => {
      const cluster = await KvCluster.open(world, 3);
      const clerk = cluster.anyClerk();
      await clerk.append('k', 'x');
      await clerk.append('k', 'y');
      expect(await clerk.get('k')).to.equal('xy');

      for (const server of cluster.servers.keys()) cluster.crash(server);
      const get = new Task(() => clerk.get('k'));
      await cluster.sleep(3000);
      expect(get.isSettled, 'the get returned').to.equal(false);

      await cluster.restartAll();
      expect(await get.within(world, 2000)).to.equal('xy');
      await clerk.append('k', 'z');
      for (const reader of cluster.clerks()) expect(await reader.get('k')).to.equal('xyz');
    }),
  );

  for (const isUnreliable of [false, true]) {
    const title = `goes on while each server in turn is down${isUnreliable ? ', unreliable' : ''}`;
    it(
      ...scenario(title, async (world) => {
        const cluster = await KvCluster.open(world, 3, { isUnreliable });
        const clerk = cluster.anyClerk();
        let appended = 'x';
        await clerk.append('appended', appended);
        await clerk.put('put', '-');
        for (const server of cluster.servers.keys()) {
          cluster.crash(server);
          await cluster.sleep(1000);
          await clerk.append('appended', String(server));
          appended += server;
          await clerk.put('put', String(server));
          await cluster.restart(server);
          for (const reader of cluster.clerks()) {
            expect(await reader.get('appended')).to.equal(appended);
            expect(await reader.get('put')).to.equal(String(server));
          }
        }
      }),
    );
  }

  for (const isUnreliable of [false, true]) {
    const title = `applies appends once, while servers crash${isUnreliable ? ', unreliable' : ''}`;
    it(
      ...scenario(title, async (world) => {
        const cluster = await KvCluster.open(world, 3, { isUnreliable });
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
        for (const server of cluster.servers.keys()) {
          await cluster.sleep(1000);
          cluster.crash(server);
          await cluster.sleep(1000);
          await reader.get('k');
          await cluster.restart(server);
          await cluster.sleep(3000);
          await reader.get('k');
        }
        isGoing = false;
        const counts = await appends.within(world, 10_000);
        for (const server of cluster.servers.keys()) {
          cluster.crash(server);
          expectElements(await reader.get('k'), counts);
          await cluster.restart(server);
          expectElements(await cluster.clerk(server).get('k'), counts);
        }
      }),
    );
  }

  it(
    ...scenario('returns an append in flight at a crash, 50 times, unreliable', async (world) => {
      const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
      const random = world.random('when');
      const clerk = cluster.anyClerk();
      const reader = cluster.anyClerk();
      for (let round = 0; round < 50; round += 1) {
        const server = round % cluster.servers.length;
        const append = new Task(() => clerk.append('k', element(0, round)));
        await cluster.sleep(random.between(0, 20));
        const isReturned = append.isSettled;
        cluster.crash(server);
        await cluster.sleep(1000);
        const text = await reader.get('k');
        expectElements(text, [isReturned ? round + 1 : round], isReturned ? [] : [0]);
        await cluster.restart(server);
        await append.within(world, 2200);
      }
      for (const last of cluster.clerks()) expectElements(await last.get('k'), [50]);
    }),
  );

  it(
    ...scenario('loses nothing acknowledged when all crash again and again', async (world) => {
      const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
      const random = world.random('when');
      let isGoing = true;
      const appends = new Task(() =>
        together(clientCount, async (client) => {
          const clerk = cluster.shuffledClerk();
          let count = 0;
          for (; isGoing; count += 1) await clerk.append('k', element(client, count));
          return count;
        }),
      );
      for (let round = 0; round < 10; round += 1) {
        await cluster.sleep(random.between(100, 500));
        for (const server of cluster.servers.keys()) {
          await cluster.sleep(random.between(0, 5));
          cluster.crash(server);
        }
        await cluster.restartAll();
      }
      isGoing = false;
      const counts = await appends.within(world, 10_000);
      for (const reader of cluster.clerks()) expectElements(await reader.get('k'), counts);
    }),
  );

  it(
    ...scenario(
      'gives each client its own answers, though servers crash every few moments',
      async (world) => {
        const cluster = await KvCluster.open(world, 3, { isUnreliable: true });
        const random = world.random('when');
        let isGoing = true;
        const authors = new Task(() =>
          together(clientCount, async (client) => {
            const clerk = cluster.shuffledClerk();
            const key = String(client);
            let last = '';
            while (isGoing) {
              await clerk.append(key, '.');
              last += '.';
              expect(await clerk.get(key)).to.equal(last);
            }
          }),
        );
        for (let round = 0; round < 300; round += 1) {
          await cluster.sleep(random.between(0, 100));
          const server = random.integer(0, cluster.servers.length - 1);
          cluster.crash(server);
          await cluster.sleep(random.between(0, 20));
          await cluster.restart(server);
        }
        isGoing = false;
        await authors.within(world, 10_000);
      },
    ),
  );
});
