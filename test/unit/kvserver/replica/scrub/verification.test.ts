import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import { dataKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { bytes, get, put } from '../../state-machine/fixtures.ts';
import { Cluster } from '../cluster.ts';

const scrub = {
  rowsPerSecond: 1000,
  bytesPerSecond: 1_000_000,
  firstDelayMs: 100,
  intervalMs: 2000,
};
const key = dataKey(bytes('key 5'));
const other = seal(key, [6, 6, 1, bytes('other')]);

/** 50 entries, the sessions of three replicas, the position and the checksum of the sessions. */
const rowsWhenFilled = 50 + 3 + 2;

/** A cluster with 50 keys, which all replicas have written. */
async function filled(world: World): Promise<Cluster> {
  const cluster = new Cluster(world, { scrub });
  await cluster.start();
  for (let count = 0; count < 50; count += 1) {
    await cluster.submit(count % 3, put(`key ${count}`, `${count}`));
  }
  await world.sleep(4 * writeIntervalMs);
  return cluster;
}

/** Changes an entry and the checksum of all rows, as no log would. */
async function diverge(level: StateLevel | undefined): Promise<void> {
  if (level === undefined) throw new Error('no state');
  const database = new StateDatabase(level);
  const { position } = await database.load();
  const [slot] = await database.readEntries(['key 5']);
  if (slot?.entry === undefined) throw new Error('no entry');
  const entries = [{ slot, entry: { ...slot.entry, value: 'another' } }];
  const { revision } = position;
  const history = { after: revision, until: revision, changes: [], dropUntil: 0 };
  await database.write({ entries, sessions: [], leases: [], history, position });
}

const states = (cluster: Cluster) => cluster.nodes.map((node) => node.program?.status.state);
const codes = (cluster: Cluster) =>
  cluster.failures.map((error) => ('code' in error ? error.code : error.message));

describe('Verification in the background', () => {
  it(
    ...seeded('goes through all rows of every replica, and finds nothing', async (world) => {
      const cluster = await filled(world);
      await world.sleep(10_000);
      for (const node of [0, 1, 2]) {
        const { scrub: status } = cluster.replica(node).status;
        expect(status).to.include({ isRunning: false }).and.to.deep.include({ differsFrom: [] });
        expect(status?.rows).to.equal(rowsWhenFilled);
        expect(world.now() - (status?.lastPassMs ?? 0)).to.be.below(3000);
      }
      expect(cluster.failures).to.deep.equal([]);
    }),
  );

  for (const [name, harm] of [
    ['is damaged', (cluster: Cluster) => cluster.states[1]?.put(key, other.with(9, 0x55))],
    ['vanished', (cluster: Cluster) => cluster.states[1]?.del(key)],
    ['is older', (cluster: Cluster) => cluster.states[1]?.put(key, other)],
  ] as const) {
    it(
      ...seeded(
        `stops a replica with a row that ${name}, without a request for it`,
        async (world) => {
          const cluster = await filled(world);
          await harm(cluster);
          await world.sleep(5000);
          expect(codes(cluster)).to.deep.equal(['STATE_DAMAGED']);
          expect(states(cluster)).to.deep.equal(['running', 'failed', 'running']);
        },
      ),
    );
  }

  it(
    ...seeded('answers no request from a damaged row, and says so honestly', async (world) => {
      for (const consistency of ['linearizable', 'serializable'] as const) {
        const cluster = await filled(world);
        cluster.nodes[1]?.crash();
        await cluster.states[1]?.put(key, other.with(9, 0x55));
        await cluster.nodes[1]?.start();
        const answer = cluster.replica(1).submit({ command: get('key 5'), consistency });
        const refusal = await answer.catch((error: unknown) => error);
        expect(refusal).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
        expect(codes(cluster)).to.deep.equal(['STATE_DAMAGED']);
      }
    }),
  );

  it(
    ...seeded(
      'stops a replica whose state is intact but not that of most others',
      async (world) => {
        const cluster = await filled(world);
        cluster.nodes[1]?.crash();
        await diverge(cluster.states[1]);
        await cluster.nodes[1]?.start();
        await world.sleep(4 * writeIntervalMs);
        expect(cluster.replica(0).status.scrub?.differsFrom).to.deep.equal([1]);
        expect(cluster.failures).to.deep.equal([]);
        await cluster.submit(0, put('key', 'v'));
        await world.sleep(4 * writeIntervalMs);
        expect(codes(cluster)).to.deep.equal(['STATE_DAMAGED']);
        expect(states(cluster)).to.deep.equal(['running', 'failed', 'running']);
      },
    ),
  );
});
