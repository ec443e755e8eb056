/**
 * Truncation: tracks how far each peer's host is done, and derives what may be forgotten. Two numbers say it:
 *
 * - `floor`: *others* may have forgotten everything below it. The policy raises it, and a peer adopts the floor
 *   of any other.
 * - `min`: *this peer* has forgotten everything below it. It is the floor, but never above what the own host
 *   is done with.
 *
 * Which of them a rule means: what this peer still holds counts for what it answers, so votes, decisions, and
 * everything derived from them reach down to `min`. What it begins needs a quorum of others that still hold
 * something, so its proposals reach down to `floor`.
 *
 * Safety rests on `min` alone: a peer drops a vote or a decision only once its own host has the effect of it
 * on disk. The floor is about catching up: a quorum holds all effects below it, so one of any quorum can pass
 * them on.
 */
import type { PeerId } from '../ballot.ts';
import { allPeers, quorumSize } from '../quorum.ts';

/** What an envelope tells of the truncation of its sender. */
export interface TruncationProgress {
  /** The highest seq the sender's host is done with, or −1. */
  readonly done: number;
  readonly floor: number;
  readonly everyPeerMin: number;
}

/**
 * The lowest seq, from `from` up, such that the decisions held here from there on are within the budget.
 * Above `limit` it need not be exact.
 */
export type BudgetStart = (from: number, limit: number) => number;

export class Truncation {
  readonly #me: PeerId;
  readonly #peers: readonly PeerId[];
  /** The highest seq that the host of each peer is done with; absent if none is known. */
  readonly #done = new Map<PeerId, number>();
  readonly #budgetStart: BudgetStart | undefined;
  #everyPeerMin = 0;
  #floor = 0;
  #min = 0;

  /** Without `budgetStart`, only what every peer is done with is forgotten. */
  constructor(me: PeerId, peerCount: number, budgetStart?: BudgetStart) {
    this.#me = me;
    this.#peers = allPeers(peerCount);
    this.#budgetStart = budgetStart;
  }

  /** The highest seq this peer's own host is done with, or −1. */
  get done(): number {
    return this.#doneOf(this.#me);
  }

  /** The highest seq that each peer's host is done with, as far as is known here; −1 if none is known. */
  get doneByPeer(): readonly number[] {
    return this.#peers.map((peer) => this.#doneOf(peer));
  }

  /** Below it other peers may have forgotten everything. Never sinks, and is never below `min`. */
  get floor(): number {
    return this.#floor;
  }

  /** Below it this peer has forgotten everything. Never sinks. */
  get min(): number {
    return this.#min;
  }

  /** One above what every peer was done with at some time, as far as is known here. Never sinks. */
  get everyPeerMin(): number {
    return this.#everyPeerMin;
  }

  /** This peer's host is done with `seq` and all before it. A lower seq than before changes nothing. */
  setOwnDone(seq: number): void {
    this.#raise(this.#me, seq);
    this.#settle();
  }

  /**
   * Takes what an envelope tells. This peer may adopt `floor` and `everyPeerMin` of the sender: what was
   * forgotten stays forgotten, and what every peer was done with needs no peer again.
   */
  observe(from: PeerId, { done, floor, everyPeerMin }: TruncationProgress): void {
    this.#raise(from, done);
    this.#everyPeerMin = Math.max(this.#everyPeerMin, everyPeerMin);
    this.#floor = Math.max(this.#floor, floor);
    this.#settle();
  }

  /**
   * `peer` lost its journal or its state. Safety: what it was done with before may be gone, so it no longer
   * counts towards a quorum that holds it.
   */
  forgetDoneOf(peer: PeerId): void {
    if (peer !== this.#me) this.#done.delete(peer);
  }

  /** Restores `min` after a restart: nothing is remembered below it, whatever `done` the hosts report now. */
  restore(min: number): void {
    this.#min = Math.max(this.#min, min);
    this.#floor = Math.max(this.#floor, min);
  }

  snapshot() {
    const [everyPeerMin, floor, min] = [this.#everyPeerMin, this.#floor, this.#min];
    return { done: [...this.#done], everyPeerMin, floor, min };
  }

  resume({ done, everyPeerMin, floor, min }: ReturnType<Truncation['snapshot']>): void {
    this.#done.clear();
    for (const [peer, seq] of done) this.#done.set(peer, seq);
    this.#everyPeerMin = everyPeerMin;
    this.#floor = floor;
    this.#min = min;
  }

  #raise(peer: PeerId, done: number): void {
    this.#done.set(peer, Math.max(done, this.#doneOf(peer)));
  }

  #doneOf(peer: PeerId): number {
    return this.#done.get(peer) ?? -1;
  }

  #settle(): void {
    const everyPeerMin = 1 + Math.min(...this.doneByPeer);
    this.#everyPeerMin = Math.max(this.#everyPeerMin, everyPeerMin);
    this.#floor = Math.max(this.#floor, this.#everyPeerMin, this.#quorumFloor());
    // Safety: whatever the floor, this peer forgets only what its own host is done with.
    this.#min = Math.max(this.#min, Math.min(this.#floor, this.done + 1));
  }

  /** Below it a quorum is done with everything, and what lies above is within the budget. */
  #quorumFloor(): number {
    if (this.#budgetStart === undefined) return 0;
    const descending = this.doneByPeer.toSorted((a, b) => b - a);
    const quorumMin = 1 + Math.min(...descending.slice(0, quorumSize(descending.length)));
    return Math.min(quorumMin, this.#budgetStart(this.#floor, quorumMin));
  }
}
