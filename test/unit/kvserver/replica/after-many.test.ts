/** The parts of a replica after very many requests: none keeps anything of those that are over. */
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { ForwardedBatches } from '@paxkv/kvserver/internal/replica/forwarding/forwarded';
import { Forwarder } from '@paxkv/kvserver/internal/replica/forwarding/forwarder';
import { Reads } from '@paxkv/kvserver/internal/replica/reads/reads';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import { RequestSteps } from '@paxkv/kvserver/internal/replica/requests/request-steps';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { Proposals } from '@paxkv/kvserver/internal/replica/writes/proposals';
import { encodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { bytesKeptByEach, leakBytesMin } from '../../kept-memory.ts';
import { bytes, put } from '../state-machine/fixtures.ts';
import { ownBatch, pendingPut } from './pending.ts';

const many = 10_000;
const key = bytes('k');

describe(`After ${many}`, function () {
  this.timeout(60_000);

  let world: World;
  let pendings: PendingRequests;

  beforeEach(() => {
    world = new World({ seed: 1 });
    const { clock } = world;
    pendings = new PendingRequests({ clock, limits: limitsDefault, session: new OwnSession() });
  });

  function createReads(): Reads {
    return new Reads({
      paxos: { readIndex: () => {} },
      clock: world.clock,
      steps: { mark: () => ({ atMs: 0, flushedMs: 0 }) },
      state: { applied: 5, read: () => undefined },
      onFailed: (error) => expect.fail(String(error)),
    });
  }

  /** A read of a client of its own, whose caller gives up at once. */
  function giveUp(reads: Reads, isConfirmed = false): void {
    const controller = new AbortController();
    const options = { client: { principal: 'user' }, signal: controller.signal };
    const pending = pendings.admit({ command: { type: 'get', key } }, options);
    pending.reply.catch(() => {});
    if (isConfirmed) reads.addConfirmed({ key, pending });
    else reads.add({ key, pending });
    controller.abort();
  }

  it('reads that were given up while no quorum answers, the reads keep few', async () => {
    const reads = createReads();
    expect(await bytesKeptByEach(() => giveUp(reads))).to.be.below(leakBytesMin);
    expect(pendings.count).to.equal(0);
  });

  it('reads that a quorum confirmed, and reads that need none, none is kept', async () => {
    const reads = createReads();
    const confirmed = await bytesKeptByEach((index) => {
      giveUp(reads);
      reads.onReadIndex(index % 6);
    });
    expect(confirmed).to.be.below(leakBytesMin);
    expect(await bytesKeptByEach(() => giveUp(reads, true))).to.be.below(leakBytesMin);
  });

  it('writes, and sessions that were opened, the own session has the last numbers only', async () => {
    const session = new OwnSession();
    session.open(7);
    const each = await bytesKeptByEach((index) => {
      const write = pendingPut();
      session.stamp(write);
      session.onSettled(write);
      if (index % 100 === 0) session.open(index);
    });
    expect(each).to.be.below(leakBytesMin);
    // Writes that were never settled end with their session.
    const unsettled = await bytesKeptByEach((index) => {
      session.stamp(pendingPut());
      session.open(index);
    });
    expect(unsettled).to.be.below(leakBytesMin);
  });

  it('batches of other replicas, applied or given up by a leader, none is known any more', async () => {
    const batches = new ForwardedBatches(10_000, new Values(thisVersion));
    const value = encodeBatch({
      origin: { node: 1, runId: 1, number: 1 },
      requests: [{ command: put('k', 'v') }],
    });
    const each = await bytesKeptByEach((number) => {
      const origin = { node: 1, runId: 1, number };
      expect(batches.add({ origin, value })).to.equal(true);
      batches.take();
      batches.onApplied(origin);
    });
    expect(each).to.be.below(leakBytesMin);
    const abandoned = await bytesKeptByEach((number) => {
      const batch = { origin: { node: 2, runId: 1, number }, value };
      expect(batches.add(batch)).to.equal(true);
      batches.abandon();
    });
    expect(abandoned).to.be.below(leakBytesMin);
  });

  it('batches that were forwarded, applied, returned or abandoned, the forwarder has none', async () => {
    let leader = 2;
    const port = { open: () => {}, send: () => {}, close: () => {} };
    const { clock } = world;
    const onReturned = () => {};
    const paxos = { leader: () => leader };
    const forwarder = new Forwarder({ me: 0, port, clock, paxos, onReturned });
    const each = await bytesKeptByEach((number) => {
      forwarder.forward(ownBatch(3 * number));
      forwarder.onApplied(3 * number);
      forwarder.forward(ownBatch(3 * number + 1));
      // This replica leads now: the batch is its own again.
      leader = 0;
      forwarder.onLeader();
      leader = 2;
      expect(forwarder.takeReturned()?.origin.number).to.equal(3 * number + 1);
      forwarder.forward(ownBatch(3 * number + 2));
      forwarder.abandon();
    });
    expect(forwarder.count).to.equal(0);
    expect(each).to.be.below(leakBytesMin);
  });

  it('instances won, lost and passed, no proposal is left', async () => {
    const proposals = new Proposals();
    const each = await bytesKeptByEach((index) => {
      const [won, lost, passed] = [ownBatch(1), ownBatch(2), ownBatch(3)];
      proposals.begin(3 * index, won);
      proposals.onDecided(3 * index, won.value);
      proposals.begin(3 * index + 1, lost);
      proposals.onDecided(3 * index + 1, bytes('another'));
      proposals.begin(3 * index + 2, passed);
      proposals.onPassed(3 * index + 2);
      expect([proposals.takeDisplaced(), proposals.takeDisplaced()]).to.deep.equal([lost, passed]);
    });
    expect([proposals.inFlightCount, proposals.takeDisplaced()]).to.deep.equal([0, undefined]);
    expect(each).to.be.below(leakBytesMin);
  });

  it('decisions that were applied, no time of theirs is kept', async () => {
    const steps = new RequestSteps(world.clock, () => 0);
    const each = await bytesKeptByEach((seq) => {
      steps.onDecided(seq);
      expect(steps.takeDecided(seq)).to.have.property('atMs');
      expect(steps.takeDecided(seq)).to.equal(undefined);
    });
    expect(each).to.be.below(leakBytesMin);
  });
});
