/** A group in which some peers were restored, so that they have forgotten a log, and the others have no memory. */
import {
  type Decision,
  type Envelope,
  type Memory,
  Peer,
  type PeerEvent,
  type PeerId,
} from '@paxkv/paxos/core';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';

const peerCount = 5;
/** The restored peers have forgotten everything below. */
const min = 51;
const instanceLeapMax = 16;
const newMemory: Memory<string> = { state: 'new', writeIndex: 0, writes: [] };
const restoredMemory: Memory<string> = {
  ...{ state: 'kept', writeIndex: 1 },
  writes: [{ type: 'forgotten', min }],
};

/** Peers that propose wherever they may, and a network that reorders and loses messages. */
class Group {
  readonly decided: Decision<string>[] = [];
  readonly #peers: readonly Peer<string>[];
  readonly #random: SeededRandom;
  #envelopes: Envelope<string>[] = [];
  #now = 0;

  constructor(seed: number, restored: readonly PeerId[]) {
    const random = new SeededRandom(seed);
    this.#random = random;
    this.#peers = Array.from({ length: peerCount }, (_, me) => {
      const memory = restored.includes(me) ? restoredMemory : newMemory;
      return new Peer<string>({
        ...{ me, peerCount, random, memory, instanceLeapMax, isCandidate: true },
        retention: { type: 'quorum', instances: 8, bytes: 8, sizeOf: () => 1 },
      });
    });
    for (const me of restored) this.#step(me, { type: 'done', seq: min - 1 });
  }

  /** Until `seq` is decided. */
  run(seq: number): void {
    for (let turn = 0; turn < 20_000; turn += 1) {
      if (this.decided.some((decision) => decision.seq === seq)) return;
      this.#turn();
    }
    expect.fail(`instance ${seq} is not decided`);
  }

  #turn(): void {
    const envelope = this.#draw(this.#envelopes);
    if (envelope !== undefined && this.#random.next() < 0.9) {
      this.#envelopes = this.#envelopes.filter((one) => one !== envelope);
      if (this.#random.next() > 0.05) this.#step(envelope.to, { type: 'receive', envelope });
      return;
    }
    this.#now += 5;
    for (const [me, peer] of this.#peers.entries()) {
      if ((peer.wakeAt() ?? 0) <= this.#now) this.#step(me, { type: 'wake' });
      if (!peer.isMember || this.#random.next() > 0.2) continue;
      const seq = this.#random.next() < 0.5 ? min : Math.floor(this.#random.next() * min);
      this.#step(me, { type: 'propose', seq, value: `value of ${me}` });
    }
  }

  #step(me: PeerId, event: PeerEvent<string>): void {
    const peer = this.#peers[me];
    if (peer === undefined) throw new Error(`there is no peer ${me}`);
    const { sendNow, sendAfter, persist, decided } = peer.step(event, this.#now);
    this.decided.push(...decided);
    this.#envelopes.push(...sendNow);
    if (persist.length > 0) peer.step({ type: 'persisted', writes: persist }, this.#now);
    this.#envelopes.push(...sendAfter);
  }

  #draw<T>(values: readonly T[]): T | undefined {
    return values[Math.floor(this.#random.next() * values.length)];
  }
}

describe('A group of five with restored peers', () => {
  function expectNothingAnew(restored: readonly PeerId[]): void {
    for (let seed = 1; seed <= 40; seed += 1) {
      const group = new Group(seed, restored);
      group.run(min);
      const anew = group.decided.filter(({ seq }) => seq < min);
      expect(anew, `seed ${seed}`).to.deep.equal([]);
    }
  }

  it('decides nothing anew that one of them has forgotten, and goes on above it', () => {
    expectNothingAnew([2]);
  });

  it('decides nothing anew that two of them have forgotten, and goes on above it', () => {
    expectNothingAnew([1, 4]);
  });

  it('decides nothing anew that a quorum has forgotten, and goes on above it', () => {
    expectNothingAnew([0, 2, 3]);
  });
});
