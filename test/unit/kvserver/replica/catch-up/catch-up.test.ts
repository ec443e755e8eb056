import { writeIntervalMs } from '@paxkv/kvserver/internal/replica/apply/write-behind';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { baseLevel, thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { get, put, text } from '../../state-machine/fixtures.ts';
import { Cluster, type ClusterOptions } from '../cluster.ts';

const valueBytes = 20_000;
const keyCount = 10;
/** More than a page holds, and more than stays in memory. */
const missedCount = 80;
const few = { logInstanceCountMax: 4 };
const plenty = 2 ** 30;

/** Messages about the log and the state that arrived. */
type Arrived = { readonly from: number; readonly to: number; readonly message: StateMessage }[];

interface Away {
  readonly cluster: Cluster;
  readonly arrived: Arrived;
}

/** A cluster whose last nodes were away while the others wrote more than they keep in memory. */
async function afterAbsence(
  world: World,
  { awayCount = 1, ...options }: ClusterOptions & { awayCount?: number } = {},
): Promise<Away> {
  const arrived: Arrived = [];
  const onDelivered = (from: number, to: number, message: StateMessage) =>
    arrived.push({ from, to, message });
  const stateFaults = { ...options.stateFaults, onDelivered };
  const settings = {
    windowBytesMax: plenty,
    isLed: true,
    versionOf,
    ...options,
    limits: few,
    stateFaults,
  };
  const cluster = new Cluster(world, settings);
  await cluster.start();
  await write(cluster, 0, 3);
  await world.sleep(2 * writeIntervalMs);
  for (const node of cluster.nodes.slice(-awayCount)) node.crash();
  // The journal learns what is forgotten only once the window has it, so with the next note.
  for (const count of [missedCount - 1, 1]) {
    await write(cluster, 0, count);
    await world.sleep(2 * writeIntervalMs);
  }
  return { cluster, arrived };
}

/** No raise of the feature level, which would be one more instance, comes between the writes. */
const versionOf = () => ({ ...thisVersion, raiseMax: baseLevel });

async function write(cluster: Cluster, node: number, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await cluster.submit(node, put(`key ${number % keyCount}`, `${number} `.padEnd(valueBytes)));
  }
}

async function until(world: World, isSo: () => boolean): Promise<void> {
  const endMs = world.now() + 30_000;
  while (!isSo() && world.now() < endMs) await world.sleep(1);
  expect(isSo()).to.equal(true);
}

/** Waits until this node holds what node 0 holds. */
async function expectLevel(world: World, cluster: Cluster, node: number): Promise<void> {
  const isLevel = () => {
    const [own, other] = [cluster.replica(node).status, cluster.replica(0).status];
    return own.state === 'running' && own.applied === other.applied;
  };
  await until(world, isLevel);
  const reply = await cluster.submit(node, get('key 3'));
  const other = await cluster.submit(0, get('key 3'));
  expect(reply).to.deep.equal(other);
  expect(reply.type === 'get' && text(reply.entry?.value)?.length).to.equal(valueBytes);
}

const statesTaken = (arrived: Arrived) =>
  arrived.filter(({ message }) => message.type === 'page' && message.isLast).length;

/** The first instances of pages that node `to` was sent, in order, and their sources. */
function pagesTo(to: number, arrived: Arrived): { seq: number; from: number }[] {
  return arrived.flatMap((each) =>
    each.to === to && each.message.type === 'logPage'
      ? [{ seq: each.message.seq, from: each.from }]
      : [],
  );
}

describe('catch-up', () => {
  it(
    ...seeded('takes pages of the log after a long absence, and goes on serving', async (world) => {
      const { cluster, arrived } = await afterAbsence(world);
      expect(cluster.replica(0).status.min).to.be.above(missedCount / 2);
      await cluster.nodes[2]?.start();
      const states = new Set<string>();
      const tiers = new Set<string | undefined>();
      const load = write(cluster, 0, 20);
      await until(world, () => {
        const { state, catchUp, applied } = cluster.replica(2).status;
        states.add(state);
        tiers.add(catchUp?.tier);
        return applied >= missedCount;
      });
      await load;
      await expectLevel(world, cluster, 2);
      expect([...states]).to.deep.equal(['running']);
      expect([...tiers]).to.have.members([undefined, 'log']);
      expect(statesTaken(arrived)).to.equal(0);
    }),
  );

  it(
    ...seeded('leaves no file of the window once all are level', async (world) => {
      const { cluster } = await afterAbsence(world);
      expect(cluster.windowDisks[0]?.sizes.size).to.be.above(0);
      await cluster.nodes[2]?.start();
      await expectLevel(world, cluster, 2);
      await world.sleep(2000);
      await write(cluster, 0, 1);
      await world.sleep(2000);
      for (const { sizes } of cluster.windowDisks) expect([...sizes.keys()]).to.deep.equal([]);
    }),
  );

  it(
    ...seeded('writes nothing to the window while all are there', async (world) => {
      const cluster = new Cluster(world, { windowBytesMax: plenty, isLed: true });
      await cluster.start();
      let fileCountMax = 0;
      const load = write(cluster, 0, 40);
      for (let look = 0; look < 500; look += 1) {
        await world.sleep(2);
        const fileCounts = cluster.windowDisks.map(({ sizes }) => sizes.size);
        fileCountMax = Math.max(fileCountMax, ...fileCounts);
      }
      await load;
      expect(fileCountMax).to.equal(0);
    }),
  );

  it(
    ...seeded('asks a follower rather than the leader', async (world) => {
      const { cluster, arrived } = await afterAbsence(world);
      await cluster.nodes[2]?.start();
      await until(world, () => pagesTo(2, arrived).length > 0);
      const { leader } = cluster.replica(2).status;
      expect(leader).to.be.a('number');
      expect(pagesTo(2, arrived)[0]?.from).not.to.equal(leader);
    }),
  );

  it(
    ...seeded('continues at the same instance when the source dies', async (world) => {
      const { cluster, arrived } = await afterAbsence(world, { nodeCount: 5 });
      await cluster.nodes[4]?.start();
      await until(world, () => pagesTo(4, arrived).length >= 2);
      const source = pagesTo(4, arrived)[0]?.from ?? expect.fail('no page came');
      cluster.nodes[source]?.crash();
      const other = [0, 1, 2, 3].find((node) => node !== source) ?? 0;
      const isLevel = () =>
        cluster.replica(4).status.applied === cluster.replica(other).status.applied;
      await until(world, isLevel);
      const later = pagesTo(4, arrived).filter(({ from }) => from !== source);
      expect(later[0]?.seq).to.be.above(pagesTo(4, arrived)[1]?.seq ?? Number.NaN);
      expect(statesTaken(arrived)).to.equal(0);
    }),
  );

  it(
    ...seeded('serves several that were away at once', async (world) => {
      const { cluster, arrived } = await afterAbsence(world, { nodeCount: 5, awayCount: 2 });
      await Promise.all([cluster.nodes[3]?.start(), cluster.nodes[4]?.start()]);
      for (const node of [3, 4]) await expectLevel(world, cluster, node);
      for (const node of [3, 4]) expect(pagesTo(node, arrived).length).to.be.above(3);
      expect(statesTaken(arrived)).to.equal(0);
    }),
  );

  it(
    ...seeded('succeeds over a network that loses, repeats and reorders', async (world) => {
      const stateFaults = { lossChance: 0.3, repeatChance: 0.3, delayMsMax: 30 };
      const { cluster, arrived } = await afterAbsence(world, { stateFaults });
      await cluster.nodes[2]?.start();
      await expectLevel(world, cluster, 2);
      expect(statesTaken(arrived)).to.equal(0);
    }),
  );

  it(
    ...seeded('takes a whole state if no window has the log, and then the log', async (world) => {
      const { cluster, arrived } = await afterAbsence(world, { windowBytesMax: 1 });
      await cluster.nodes[2]?.start();
      await expectLevel(world, cluster, 2);
      expect(statesTaken(arrived)).to.equal(1);
    }),
  );

  it(
    ...seeded('takes no state while one window is left', async (world) => {
      const { cluster, arrived } = await afterAbsence(world);
      cluster.nodes[1]?.crash();
      cluster.windowDisks[1]?.wipe();
      await cluster.nodes[1]?.start();
      await cluster.nodes[2]?.start();
      await expectLevel(world, cluster, 2);
      expect(new Set(pagesTo(2, arrived).map(({ from }) => from))).to.include(0);
      expect(statesTaken(arrived)).to.equal(0);
    }),
  );

  it(
    ...seeded('never gets a damaged record, and goes on elsewhere', async (world) => {
      const { cluster, arrived } = await afterAbsence(world);
      const harmed = new Set<string>();
      for (const node of [0, 1]) {
        const disk = cluster.windowDisks[node];
        for (const [name, size] of disk?.sizes ?? []) {
          disk?.harm(name, Math.floor(size * (node === 0 ? 0.3 : 0.6)));
          harmed.add(name);
        }
      }
      expect(harmed.size).to.be.above(0);
      await cluster.nodes[2]?.start();
      await expectLevel(world, cluster, 2);
      expect(cluster.dropped.join()).to.match(/is damaged/);
      expect(statesTaken(arrived)).to.equal(1);
    }),
  );

  it(
    ...seeded('makes up for a lost disk while another node lags', async (world) => {
      const { cluster, arrived } = await afterAbsence(world, { nodeCount: 5 });
      cluster.nodes[3]?.crash();
      cluster.disks[3]?.wipe('lost');
      cluster.windowDisks[3]?.wipe();
      await cluster.states[3]?.clear();
      await Promise.all([cluster.nodes[3]?.start(), cluster.nodes[4]?.start()]);
      await write(cluster, 0, 10);
      for (const node of [3, 4]) await expectLevel(world, cluster, node);
      const taken = arrived.filter(({ message }) => message.type === 'page' && message.isLast);
      expect(taken.map(({ to }) => to)).to.deep.equal([3]);
    }),
  );

  it(
    ...seeded('keeps the log above a state while that is under way', async (world) => {
      const { cluster, arrived } = await afterAbsence(world);
      for (const disk of cluster.windowDisks) disk.wipe();
      for (const node of [0, 1]) cluster.nodes[node]?.crash();
      for (const node of [0, 1]) await cluster.nodes[node]?.start();
      await cluster.nodes[2]?.start();
      await until(world, () => arrived.some(({ message }) => message.type === 'page'));
      await write(cluster, 0, missedCount);
      await expectLevel(world, cluster, 2);
      expect(statesTaken(arrived)).to.equal(1);
    }),
  );
});
