/**
 * Lab: one cluster of Paxos peers, with faults to inject and conditions to wait for.
 *
 * The tests P1 to P19 of the teaching lab are written once, over this class, and run in two worlds
 * (`world.ts`): in virtual time, by mocha, and over Unix sockets in real time, by `main.ts`. Peers
 * count from 0, and so do instances. Every time a decision is read, agreement and validity are checked
 * (`ledger.ts`). Waiting polls with pauses of 10, 20, … 640 ms and then 1.28 s, 30.7 s in all.
 */
import { type Decision, Paxos, type PeerId } from '@paxkv/paxos';
import type { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { type LabValue, Ledger } from './ledger.ts';
import type { LabNetwork, LabWorld } from './world.ts';

/** Tests that run one after another on one cluster. */
export interface LabGroup {
  readonly cluster: ClusterOptions;
  readonly tests: readonly LabTest[];
}

export interface LabTest {
  readonly title: string;
  run(lab: Lab): Promise<void>;
}

export interface ClusterOptions {
  readonly peerCount: number;
  /** Peers that exist from the start. Default: all. */
  readonly created?: readonly PeerId[];
  /** Whether calls are lost from the start. Default: no. */
  readonly unreliable?: boolean;
  /** Whether peers lead. Default: no. */
  readonly isLed?: boolean;
}

export interface StreamOptions {
  readonly first: number;
  readonly count: number;
  readonly width: number;
}

export interface DecidedOptions {
  /** The only values that may be decided by now. Default: all that were proposed for the instance. */
  readonly legal?: readonly LabValue[];
}

const pollPauseMsMin = 10;
const pollPauseMsMax = 1280;
const pollCountMax = 30;
const checkMaxMs = 3000;
const leaderWaitMs = 1000;

export class Lab {
  readonly peerCount: number;
  /** The test's own randomness. */
  readonly random: SeededRandom;
  readonly isLed: boolean;
  readonly #world: LabWorld;
  readonly #network: LabNetwork;
  readonly #peers = new Map<PeerId, Paxos<LabValue>>();
  readonly #ledger = new Ledger();
  /** Violations since the last check; the next check throws them. */
  readonly #violations: string[] = [];
  /** Called on each decision, by any peer. */
  #onDecided: (index: PeerId, seq: number) => void = () => {};

  private constructor(world: LabWorld, network: LabNetwork, options: ClusterOptions) {
    const { peerCount, isLed = false } = options;
    this.isLed = isLed;
    this.#world = world;
    this.#network = network;
    this.random = world.random('lab');
    this.peerCount = peerCount;
  }

  static async open(world: LabWorld, options: ClusterOptions): Promise<Lab> {
    const { peerCount, unreliable = false } = options;
    const lab = new Lab(world, await world.openNetwork(peerCount), options);
    lab.setUnreliable(unreliable);
    for (const peer of options.created ?? lab.places) await lab.create(peer);
    // Time for the first election, which is not what the tests are about.
    if (lab.isLed) await lab.sleep(leaderWaitMs);
    return lab;
  }

  /** @throws What the test throws; and an AssertionError for any wrong decision until its end. */
  async run(test: LabTest): Promise<void> {
    await test.run(this);
    this.#checkDecisions();
  }

  async close(): Promise<void> {
    for (const peer of this.#peers.values()) await peer.kill();
    await this.#network.close();
  }

  // The cluster.

  /** Every index a peer may have, whether or not it exists yet. */
  get places(): PeerId[] {
    return Array.from({ length: this.peerCount }, (_, index) => index);
  }

  /** The peers that exist. */
  get peers(): Paxos<LabValue>[] {
    return [...this.#peers.values()];
  }

  peer(index: PeerId): Paxos<LabValue> {
    const peer = this.#peers.get(index);
    if (peer === undefined) throw new RangeError(`peer ${index} does not exist`);
    return peer;
  }

  async create(index: PeerId): Promise<void> {
    const paxos = await Paxos.open<LabValue>({
      me: index,
      peerCount: this.peerCount,
      transport: this.#network.transport(index),
      storage: this.#world.openStorage(index),
      clock: this.#world.clock,
      random: this.#world.random(`paxos ${index}`),
      isCandidate: this.isLed,
      onDecided: ({ seq, value }: Decision<LabValue>) => {
        this.#observe(index, seq, value);
        this.#onDecided(index, seq);
      },
    });
    this.#peers.set(index, paxos);
  }

  /** The peer that needs the fewest messages to propose. */
  get leader(): PeerId {
    return this.peer(0).leader() ?? 0;
  }

  start(index: PeerId, seq: number, value: LabValue): void {
    this.#ledger.propose(seq, value);
    const peer = this.peer(index);
    peer.start(seq, value);
    // Part of the lab's contract: `max()` reflects a start at once.
    if (seq >= peer.min()) expect(peer.max(), `max after start of ${seq}`).to.be.at.least(seq);
  }

  /** Every peer starts the instance, in order of index. */
  startAll(seq: number, pickValue: (index: PeerId) => LabValue): void {
    for (const index of this.places) this.start(index, seq, pickValue(index));
  }

  /** One peer starts instances, `width` of them at a time: the next as soon as one is decided. */
  async stream(index: PeerId, { first, count, width }: StreamOptions): Promise<void> {
    await new Promise<void>((resolve) => {
      let [next, decided] = [first, 0];
      const start = () => {
        if (next < first + count) this.start(index, next, `streamed ${next++}`);
      };
      this.#onDecided = (decider, seq) => {
        if (decider !== index || seq < first) return;
        decided += 1;
        start();
        if (decided === count) resolve();
      };
      for (let place = 0; place < width; place += 1) start();
    });
    this.#onDecided = () => {};
  }

  // Faults.

  setUnreliable(unreliable: boolean): void {
    for (const index of this.places) this.#network.setUnreliable(index, unreliable);
  }

  /** No request reaches the peer any more. It can still send requests and get answers. */
  async deafen(index: PeerId): Promise<void> {
    await this.#network.deafen(index);
  }

  /** Only peers of the same group reach each other from now on; one in no group is cut off. */
  async partition(...groups: PeerId[][]): Promise<void> {
    await this.#network.partition(groups);
  }

  // Time and cost.

  async sleep(ms: number): Promise<void> {
    await this.#world.sleep(ms);
  }

  /** Repeats each task, concurrently, until the time is up. Tasks sleep between checks. */
  async during(ms: number, tasks: readonly (() => Promise<void>)[]): Promise<void> {
    const end = this.#world.clock.now() + ms;
    let failed = false;
    const repeat = async (task: () => Promise<void>) => {
      while (!failed && this.#world.clock.now() < end) await task();
    };
    const stopAll = (error: unknown) => {
      failed = true;
      throw error;
    };
    await Promise.all(tasks.map((task) => repeat(task).catch(stopAll)));
  }

  /** Requests served in the whole cluster so far. */
  requestCount(): number {
    return this.#network.requestCount();
  }

  /** Memory in use after a thorough garbage collection, in bytes. */
  heapBytes(): number {
    if (globalThis.gc === undefined) throw new Error('run node with --expose-gc');
    globalThis.gc();
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  // Questions.

  /** How many peers have decided the instance. Throws if any decision so far is wrong. */
  decidedCount(seq: number, { legal }: DecidedOptions = {}): number {
    let count = 0;
    for (const [index, peer] of this.#peers) {
      const status = peer.status(seq);
      if (status.fate !== 'decided') continue;
      this.#observe(index, seq, status.value);
      if (legal !== undefined) expect(legal, `legal in ${seq}`).to.include(status.value);
      count += 1;
    }
    this.#checkDecisions();
    return count;
  }

  /** Waits until at least `wanted` peers have decided the instance. */
  async waitDecided(seq: number, wanted: number, options?: DecidedOptions): Promise<void> {
    let pauseMs = pollPauseMsMin;
    for (let count = 0; count < pollCountMax; count += 1) {
      if (this.decidedCount(seq, options) >= wanted) return;
      await this.sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, pollPauseMsMax);
    }
    const count = this.decidedCount(seq, options);
    expect(count, `too few decided instance ${seq}`).to.be.at.least(wanted);
  }

  /** Waits for more than half of the configured peers, whether or not they all exist. */
  async waitMajority(seq: number, options?: DecidedOptions): Promise<void> {
    await this.waitDecided(seq, Math.floor(this.peerCount / 2) + 1, options);
  }

  async waitAll(seq: number, options?: DecidedOptions): Promise<void> {
    await this.waitDecided(seq, this.peerCount, options);
  }

  /** Gives the cluster 3 s, then allows no more than `max` peers to have decided. */
  async checkMax(seq: number, max: number): Promise<void> {
    await this.sleep(checkMaxMs);
    expect(this.decidedCount(seq), `too many decided instance ${seq}`).to.be.at.most(max);
  }

  #checkDecisions(): void {
    expect(this.#violations, 'agreement and validity').to.deep.equal([]);
  }

  #observe(index: PeerId, seq: number, value: LabValue): void {
    const violation = this.#ledger.observe(index, seq, value);
    if (violation !== undefined) this.#violations.push(violation);
  }
}
