import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { KvError } from '@paxkv/protocol';
import { harsh, lab, seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { append, bytes, get, put, text } from '../state-machine/fixtures.ts';
import { Cluster } from './cluster.ts';

async function rejection(promise: Promise<unknown>): Promise<KvError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof KvError) return error;
    throw error;
  }
  return expect.fail('resolved');
}

async function read(cluster: Cluster, node: number, key: string): Promise<string | undefined> {
  const reply = await cluster.submit(node, get(key));
  return reply.type === 'get' ? text(reply.entry?.value) : expect.fail(reply.type);
}

/** Each of `nodes` appends tokens to one key, `count` at a time. */
async function appendFromAll(cluster: Cluster, nodes: readonly number[], count: number) {
  const tokens = nodes.flatMap((node) =>
    Array.from({ length: count }, (_, index) => ({ node, token: `${node}.${index};` })),
  );
  const replies = await Promise.all(
    tokens.map(({ node, token }) => cluster.submit(node, append('log', token))),
  );
  // No node got the reply to another's request.
  const revisions = new Set(replies.map((reply) => ('revision' in reply ? reply.revision : 0)));
  expect(revisions.size).to.equal(tokens.length);
  return tokens.map(({ token }) => token);
}

function expectEachOnce(value: string | undefined, tokens: readonly string[]): void {
  const found = value?.match(/[^;]+;/g) ?? [];
  expect([...found].sort()).to.deep.equal([...tokens].sort());
}

/** Waits until the feature level of every replica is `level`. */
async function untilLevel(world: World, cluster: Cluster, level: number): Promise<void> {
  while (cluster.nodes.some(({ program }) => program?.status.featureLevel !== level))
    await world.sleep(50);
}

describe('The feature level of a cluster', () => {
  /** The versions of a cluster in which deletes came with level 2. */
  const upTo = (highest: number) => ({ lowest: 1, highest, commands: { delete: 2 } });
  const remove = { type: 'delete', key: bytes('k') } as const;

  it(
    ...seeded('rises once every replica can run at a higher one, and not before', async (world) => {
      const versions = [upTo(2), upTo(1), upTo(3)];
      const versionOf = (node: number) => versions[node] ?? upTo(1);
      const cluster = new Cluster(world, { isLed: true, versionOf });
      await cluster.start();
      await cluster.submit(0, put('k', 'v'));
      await world.sleep(5000);
      for (const node of [0, 1, 2])
        expect(cluster.replica(node).status).to.include({ featureLevel: 1 });
      const refused = await rejection(cluster.submit(0, remove));
      expect(refused).to.include({ code: 'KV_FEATURE_OFF', outcome: 'not done' });
      const { applied } = cluster.replica(0).status;
      versions[1] = upTo(2);
      cluster.nodes[1]?.crash();
      await cluster.nodes[1]?.start();
      await untilLevel(world, cluster, 2);
      expect(cluster.replica(2).status.applied).to.be.above(applied);
      expect(await cluster.submit(0, remove)).to.include({ type: 'delete', deleted: true });
      await world.sleep(5000);
      expect(cluster.replica(2).status.featureLevel).to.equal(2);
    }),
  );

  it(
    ...seeded('stays while one replica is down, or was told to hold it', async (world) => {
      const versions = [upTo(2), { ...upTo(2), raiseMax: 1 }, upTo(2)];
      const versionOf = (node: number) => versions[node] ?? upTo(1);
      const cluster = new Cluster(world, { isLed: true, versionOf });
      await cluster.start();
      await cluster.submit(0, put('k', 'v'));
      await world.sleep(5000);
      versions[1] = upTo(2);
      cluster.nodes[1]?.crash();
      await world.sleep(5000);
      expect(cluster.replica(0).status.featureLevel).to.equal(1);
      await cluster.nodes[1]?.start();
      await untilLevel(world, cluster, 2);
    }),
  );

  it(
    ...seeded(
      'stops a replica that was downgraded too late, without harm to its data',
      async (world) => {
        const versions = [upTo(2), upTo(2), upTo(2)];
        const versionOf = (node: number) => versions[node] ?? upTo(1);
        const cluster = new Cluster(world, { isLed: true, versionOf });
        await cluster.start();
        await untilLevel(world, cluster, 2);
        await world.sleep(2 * writeIntervalMs);
        versions[2] = upTo(1);
        cluster.nodes[2]?.crash();
        const error = await cluster.nodes[2]?.start().then(
          () => expect.fail('started'),
          (thrown: unknown) => thrown,
        );
        expect(error).to.include({ code: 'STATE_LEVEL_UNSUPPORTED' });
        versions[2] = upTo(2);
        await cluster.nodes[2]?.start();
        await cluster.submit(2, put('k', 'v'));
        expect(cluster.replica(2).status.featureLevel).to.equal(2);
      },
    ),
  );
});

describe('Replica', () => {
  it(
    ...seeded('answers at every node what was written at one', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      expect(await cluster.submit(0, put('k', 'v'))).to.deep.equal({ type: 'put', revision: 1 });
      for (const node of [0, 1, 2]) expect(await read(cluster, node, 'k')).to.equal('v');
    }),
  );

  it(
    ...seeded('lets all nodes propose at once, and does each request once', async (world) => {
      const cluster = new Cluster(world, { limits: { batchRequestCountMax: 3 } });
      await cluster.start();
      const tokens = await appendFromAll(cluster, [0, 1, 2], 40);
      for (const node of [0, 1, 2]) expectEachOnce(await read(cluster, node, 'log'), tokens);
    }),
  );

  it(
    ...seeded('does each request once over a network that loses calls', async (world) => {
      const cluster = new Cluster(world, {
        profile: lab,
        limits: { batchRequestCountMax: 2, requestTimeoutMs: 600_000 },
      });
      await cluster.start();
      const tokens = await appendFromAll(cluster, [0, 1, 2], 20);
      for (const node of [0, 1, 2]) expectEachOnce(await read(cluster, node, 'log'), tokens);
    }),
  );

  it(
    ...seeded('starves no node when the others never pause', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      const counts = [0, 0, 0];
      const endMs = world.now() + 2000;
      const load = [0, 1, 2, 0, 1, 2].map(async (node) => {
        while (world.now() < endMs) {
          await cluster.submit(node, put('k', 'v'));
          counts[node] = (counts[node] ?? 0) + 1;
        }
      });
      await Promise.all(load);
      expect(Math.min(...counts)).to.be.above(Math.max(...counts) / 3);
      expect(Math.min(...counts)).to.be.above(40);
    }),
  );

  it(
    ...seeded('distinguishes not done and unknown in a minority', async (world) => {
      const cluster = new Cluster(world, { limits: { inFlightInstanceCountMax: 1 } });
      await cluster.start();
      await cluster.submit(0, put('before', 'v'));
      cluster.network.partition([[0], [1, 2]]);
      const proposed = rejection(cluster.submit(0, put('proposed', 'v')));
      await world.sleep(1);
      const queued = rejection(cluster.submit(0, put('queued', 'v')));
      const startMs = world.now();
      expect(await proposed).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
      expect(await queued).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
      expect(world.now() - startMs).to.be.within(4998, 5100);
      expect(cluster.replica(0).status.pending).to.equal(0);
      await cluster.submit(1, put('other', 'v'));
      cluster.network.heal();
      expect(await read(cluster, 0, 'other')).to.equal('v');
      expect(await read(cluster, 0, 'queued')).to.equal(undefined);
    }),
  );

  for (const afterMs of [100, 1000]) {
    it(
      ...seeded(
        `learns ${afterMs} ms after the last write what it missed, though nobody asks anything`,
        async (world) => {
          const cluster = new Cluster(world, { profile: harsh({ delayMsMax: 1 }) });
          await cluster.start();
          await cluster.submit(0, put('k', 'first'));
          await world.sleep(1000);
          cluster.nodes[2]?.crash();
          for (let count = 0; count < 50; count += 1) await cluster.submit(0, put('k', `${count}`));
          // The crashed node lost the commit notice of the last write, and perhaps not all is durable yet.
          await world.sleep(afterMs);
          await cluster.nodes[2]?.start();
          await world.sleep(2000);
          expect(cluster.replica(2).status.revision).to.equal(51);
        },
      ),
    );
  }

  it(
    ...seeded('continues without a crashed proposer, which catches up later', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      await cluster.submit(2, put('before', 'v'));
      cluster.submit(2, put('during', 'v')).catch(() => {});
      await world.sleep(1.5);
      cluster.nodes[2]?.crash();
      for (let count = 0; count < 50; count += 1) await cluster.submit(0, put('k', `${count}`));
      await cluster.nodes[2]?.start();
      expect(await read(cluster, 2, 'before')).to.equal('v');
      expect(await read(cluster, 2, 'k')).to.equal('49');
      expect(cluster.replica(2).status.revision).to.equal(cluster.replica(0).status.revision);
    }),
  );

  it(
    ...seeded('forgets under writes alone', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      for (let count = 0; count < 300; count += 1) {
        await cluster.submit(count % 3, put('k', 'v'));
        await world.sleep(20);
      }
      const { min, max } = cluster.replica(0).status;
      expect(max).to.be.at.least(299);
      expect(max - min).to.be.below(100);
    }),
  );

  it(
    ...seeded('refuses what its queue has no room for', async (world) => {
      const cluster = new Cluster(world, { limits: { pendingRequestCountMax: 2 } });
      await cluster.start();
      const accepted = [cluster.submit(0, put('a', '')), cluster.submit(0, put('b', ''))];
      const error = await rejection(cluster.submit(0, put('c', '')));
      expect(error).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
      expect(await Promise.all(accepted)).to.have.length(2);
      await cluster.submit(0, put('c', ''));
    }),
  );

  it(
    ...seeded('stops waiting when its caller does', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      await cluster.submit(0, put('before', 'v'));
      cluster.network.partition([[0]]);
      const controller = new AbortController();
      const { signal } = controller;
      const request = { command: put('k', 'v') };
      const waiting = rejection(cluster.replica(0).submit(request, { signal }));
      await world.sleep(1);
      controller.abort();
      expect(await waiting).to.include({ code: 'KV_ABORTED', outcome: 'unknown' });
      const late = await rejection(cluster.replica(0).submit(request, { signal }));
      expect(late).to.include({ code: 'KV_ABORTED', outcome: 'not done' });
    }),
  );

  it(
    ...seeded('answers a serializable read alone, and with what it has', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      await cluster.submit(0, put('k', 'v'));
      const read = () =>
        cluster.replica(0).submit({ command: get('k'), consistency: 'serializable' });
      cluster.network.partition([[0]]);
      expect(await read()).to.have.nested.property('entry.version', 1);
      await cluster.submit(1, put('k', 'newer')).catch(() => {});
      expect(await read()).to.have.nested.property('entry.version', 1);
    }),
  );

  it(
    ...seeded('falls silent when its journal fails', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      await cluster.submit(0, put('before', 'v'));
      cluster.disks[0]?.failNextWrite(new Error('disk full'));
      const error = await rejection(cluster.submit(0, put('k', 'v')));
      expect(error).to.include({ code: 'KV_INTERRUPTED', outcome: 'unknown' });
      expect(cluster.failures).to.have.length(1);
      expect(cluster.replica(0).status).to.include({ state: 'failed', pending: 0 });
      const later = await rejection(cluster.submit(0, put('k', 'v')));
      expect(later).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      await cluster.submit(1, put('k', 'w'));
    }),
  );

  it(
    ...seeded('falls silent when its state fails', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      await cluster.submit(0, put('before', 'v'));
      await cluster.states[0]?.close();
      // Decided values are in the journals of a quorum, and requests are answered before the state is
      // written.
      expect(await cluster.submit(0, put('k', 'v'))).to.include({ type: 'put' });
      await world.sleep(writeIntervalMs + 100);
      expect(cluster.failures).to.have.length(1);
      const later = await rejection(cluster.submit(0, put('k', 'w')));
      expect(later).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      expect(await read(cluster, 1, 'k')).to.equal('v');
    }),
  );

  it(
    ...seeded('answers pending requests before it stops, and nothing after', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      await cluster.submit(0, put('before', 'v'));
      const replica = cluster.replica(0);
      const waiting = replica.submit({ command: put('k', 'v') });
      await world.sleep(0.1);
      const stopped = replica.stop();
      expect(await waiting).to.deep.equal({ type: 'put', revision: 2 });
      const late = await rejection(replica.submit({ command: put('k', 'v') }));
      expect(late).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      await stopped;
      await replica.stop();
    }),
  );

  it(
    ...seeded('interrupts when it stops what cannot be decided', async (world) => {
      const cluster = new Cluster(world, { limits: { inFlightInstanceCountMax: 1 } });
      await cluster.start();
      await cluster.submit(0, put('before', 'v'));
      cluster.network.partition([[0]]);
      const proposed = rejection(cluster.submit(0, put('k', 'v')));
      await world.sleep(1);
      const queued = rejection(cluster.submit(0, put('k', 'w')));
      const startMs = world.now();
      await cluster.replica(0).stop();
      expect(world.now() - startMs).to.be.within(999, 1100);
      expect(await proposed).to.include({ code: 'KV_INTERRUPTED', outcome: 'unknown' });
      expect(await queued).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    }),
  );

  it(
    ...seeded('refuses a request that breaks a limit, and no other with it', async (world) => {
      const cluster = new Cluster(world);
      await cluster.start();
      const fine = cluster.submit(0, put('k', 'v'));
      const command = { type: 'put', key: bytes(''), value: bytes('v') } as const;
      let misuse: unknown;
      await cluster.submit(0, command).catch((error: unknown) => {
        misuse = error;
      });
      expect(misuse).to.be.instanceOf(TypeError);
      expect(await fine).to.deep.equal({ type: 'put', revision: 1 });
    }),
  );
});
