import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { StateRepair } from '@paxkv/kvserver/internal/replica/catch-up/state-repair';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { seeded, World } from '@paxkv/simulator';
import { expect } from 'chai';
import { bytes, get, memoryLevel, openSession, put, text } from '../../state-machine/fixtures.ts';
import { Cluster, type ClusterOptions } from '../cluster.ts';

const keyCount = 60;

/** A cluster that has forgotten its first instances, and whose node 2 has lost its state. */
async function withLostState(world: World, options: ClusterOptions = {}): Promise<Cluster> {
  const cluster = new Cluster(world, options);
  await cluster.start();
  await cluster.submit(0, openSession());
  for (let key = 0; key < keyCount; key += 1) {
    await cluster.submit(key % 3, put(`key ${key}`, `${key} `.repeat(10_000)));
  }
  await world.sleep(2 * writeIntervalMs);
  cluster.nodes[2]?.crash();
  await cluster.states[2]?.clear();
  return cluster;
}

async function valueAt(cluster: Cluster, node: number, key: number): Promise<string | undefined> {
  const reply = await cluster.submit(node, get(`key ${key}`));
  return reply.type === 'get' ? text(reply.entry?.value) : expect.fail(reply.type);
}

async function until(world: World, isSo: () => boolean): Promise<void> {
  while (!isSo()) await world.sleep(1);
}

/** Waits until node 2 serves, and checks that it has the same position as the others. */
async function expectRepaired(world: World, cluster: Cluster): Promise<void> {
  await until(world, () => cluster.replica(2).status.state === 'running');
  for (const key of [0, 30, keyCount - 1]) {
    expect(await valueAt(cluster, 2, key)).to.equal(`${key} `.repeat(10_000));
  }
  const { revision, sessions } = cluster.replica(0).status;
  expect(cluster.replica(2).status).to.include({ revision, sessions });
}

describe('the repair of a state', () => {
  it(
    ...seeded('fetches a whole state from another node without any request', async (world) => {
      const cluster = await withLostState(world);
      await cluster.nodes[2]?.start();
      expect(cluster.replica(2).status).to.include({ state: 'repairing', applied: -1 });
      await expectRepaired(world, cluster);
      expect(cluster.stateNetwork.sentCount('page')).to.be.above(3);
    }),
  );

  it(
    ...seeded('refuses requests meanwhile, as not done', async (world) => {
      const cluster = await withLostState(world);
      await cluster.nodes[2]?.start();
      const refusal = await cluster.submit(2, get('key 0')).catch((error: unknown) => error);
      expect(refusal).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      expect(cluster.replica(2).status.reason).to.match(/taken from another node/);
    }),
  );

  it(
    ...seeded(
      'reads nothing from a state that was lost, from the first moment on',
      async (world) => {
        const cluster = await withLostState(world);
        await cluster.nodes[2]?.start();
        const request = { command: get('key 0'), consistency: 'serializable' } as const;
        const refusal = await cluster
          .replica(2)
          .submit(request)
          .catch((error: unknown) => error);
        expect(refusal).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      },
    ),
  );

  it(
    ...seeded('succeeds over a network that loses and repeats messages', async (world) => {
      const cluster = await withLostState(world, {
        stateFaults: { lossChance: 0.3, repeatChance: 0.3 },
      });
      await cluster.nodes[2]?.start();
      await expectRepaired(world, cluster);
    }),
  );

  it(
    ...seeded('is of one moment, whatever is written meanwhile', async (world) => {
      const cluster = await withLostState(world);
      await cluster.nodes[2]?.start();
      const writes = Array.from({ length: 40 }, async (_, count) => {
        await world.sleep(count);
        await cluster.submit(count % 2, put(`key ${count}`, 'later'));
      });
      await Promise.all(writes);
      await until(world, () => cluster.replica(2).status.state === 'running');
      for (const key of [0, 20, 39]) expect(await valueAt(cluster, 2, key)).to.equal('later');
      expect(await valueAt(cluster, 2, 50)).to.equal('50 '.repeat(10_000));
    }),
  );

  it(
    ...seeded('starts over after a crash, and leaves no partial state', async (world) => {
      const cluster = await withLostState(world);
      for (const pages of [1, 2, 3]) {
        const before = cluster.stateNetwork.sentCount('page');
        await cluster.nodes[2]?.start();
        await until(world, () => cluster.stateNetwork.sentCount('page') >= before + pages);
        cluster.nodes[2]?.crash();
        expect(await cluster.states[2]?.keys().all()).to.have.length(0);
      }
      await cluster.nodes[2]?.start();
      await expectRepaired(world, cluster);
    }),
  );

  it(
    ...seeded('asks another node when one falls silent in the middle', async (world) => {
      const cluster = await withLostState(world, { nodeCount: 5 });
      await cluster.nodes[2]?.start();
      await until(world, () => cluster.stateNetwork.sentCount('page') >= 2);
      for (const node of [0, 1]) cluster.nodes[node]?.crash();
      await expectRepairedAmong(world, cluster);
    }),
  );

  it(
    ...seeded('refuses a page with changed, missing or additional rows', async (world) => {
      const harms: ((message: StateMessage) => StateMessage)[] = [
        (message) => change(message, (rows) => rows.slice(1)),
        (message) => change(message, (rows) => rows.map(([key, row]) => [key, row.with(9, 7)])),
        (message) => change(message, (rows) => [[bytes('x'), bytes('y')], ...rows]),
        (message) => change(message, (rows) => [...rows, ...rows.slice(0, 1)]),
      ];
      let harm: (typeof harms)[number] | undefined;
      let harmed = 0;
      const cluster = await withLostState(world, {
        stateFaults: {
          harm: (message) => {
            if (message.type !== 'page' || message.page !== 1) return message;
            harm = harms.shift();
            harmed += harm === undefined ? 0 : 1;
            return harm === undefined ? message : harm(message);
          },
        },
      });
      await cluster.nodes[2]?.start();
      await expectRepaired(world, cluster);
      expect(harmed).to.equal(4);
    }),
  );

  it(
    ...seeded('refuses a state that is older than its own', async (world) => {
      const cluster = await withLostState(world, {
        stateFaults: {
          harm: (message) => (message.type === 'page' ? { ...message, applied: -1 } : message),
        },
      });
      await cluster.nodes[2]?.start();
      await world.sleep(5000);
      expect(cluster.replica(2).status.state).to.equal('repairing');
      expect(cluster.replica(2).status.reason).to.match(/is at instance -1 itself/);
    }),
  );

  it(
    ...seeded('fails a node that finds its own state damaged while sending it', async (world) => {
      const cluster = await withLostState(world);
      await harmOneRow(cluster, 0);
      await harmOneRow(cluster, 1);
      await cluster.nodes[2]?.start();
      await until(world, () => cluster.failures.length === 2);
      for (const failure of cluster.failures) expect(failure).to.include({ code: 'STATE_DAMAGED' });
      expect(cluster.replica(2).status.state).to.equal('repairing');
    }),
  );
});

describe('A state that nothing was applied to yet', () => {
  it('is refused to every requester, and does not count as damage', async () => {
    const failures: unknown[] = [];
    const world = new World({ seed: 1 });
    const answered = new Promise<StateMessage>((resolve) => {
      const repair = new StateRepair({
        transfer: {
          port: { open: () => {}, send: (_, message) => resolve(message), close: () => {} },
          replace: () => Promise.reject(new Error('nothing is to be replaced')),
        },
        level: memoryLevel(),
        journalIndex: undefined,
        state: { applied: -1, durable: -1, flush: () => Promise.resolve() },
        others: [1, 2],
        leader: () => undefined,
        nextTransfer: () => 1,
        clock: world.clock,
        random: world.random('repair'),
        onFailed: (error) => failures.push(error),
      });
      const place = { attempt: 1, page: 0, after: new Uint8Array(), credit: 8 };
      repair.onMessage(1, { type: 'fetch', transfer: 7, ...place });
    });
    expect(await answered).to.deep.equal({
      type: 'refused',
      transfer: 7,
      reason: 'it has applied nothing yet',
    });
    expect(failures).to.deep.equal([]);
  });
});

async function expectRepairedAmong(world: World, cluster: Cluster): Promise<void> {
  await until(world, () => cluster.replica(2).status.state === 'running');
  expect(await valueAt(cluster, 2, 30)).to.equal('30 '.repeat(10_000));
}

type Rows = (readonly [Uint8Array, Uint8Array])[];

function change(message: StateMessage, changed: (rows: Rows) => Rows): StateMessage {
  return message.type === 'page' ? { ...message, rows: changed([...message.rows]) } : message;
}

async function harmOneRow(cluster: Cluster, node: number): Promise<void> {
  const level = cluster.states[node];
  const [entry] = (await level?.iterator({ limit: 1 }).all()) ?? [];
  if (level === undefined || entry === undefined) throw new Error(`no row at node ${node}`);
  await level.put(entry[0], entry[1].with(20, 0x55));
}
