/**
 * Quorum read: how far may anything have been decided by now? A quorum reports how far it voted. Any
 * decision made before the question has a voter in that quorum, so a host that has applied everything up
 * to the highest answer has missed nothing that was acknowledged before it asked.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { Agreement } from '../instance/agreement.ts';
import type { ReadIndex, ReadIndexReply } from '../messages/commit.ts';
import { quorumSize } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';

/** How long the peers asked first have to answer before all peers are asked. Well above a round trip. */
const firstAnswerMs = 10;
/** The first id is random, from 0 to below this, so that two runs of a peer practically never share an id. */
const firstIdRange = 2 ** 48;

export interface QuorumReadOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly delays: RetryDelays;
  readonly random: Random;
  readonly agreement: Pick<Agreement<unknown>, 'votedUpTo' | 'knownUpTo' | 'noteMax'>;
}

/** A question that no quorum has answered yet. */
interface PendingRead {
  readonly id: number;
  readonly answers: Map<PeerId, number>;
  /** The peers asked first. */
  readonly asked: readonly PeerId[];
  attempt: number;
  wakeAt: number;
}

export class QuorumRead {
  readonly #options: QuorumReadOptions;
  #lastId: number;
  #pending: PendingRead | undefined;
  /** Peers that did not answer a question in time and have not answered since. They are asked last. */
  readonly #slow = new Set<PeerId>();

  constructor(options: QuorumReadOptions) {
    this.#options = options;
    // Safety: an answer to an earlier run of this peer may still be on its way.
    this.#lastId = Math.floor(options.random.next() * firstIdRange);
  }

  /**
   * Asks just enough peers for a quorum, different ones each time. If they do not answer soon, it asks all
   * peers. Only one question is pending at a time: a later one replaces an earlier one.
   */
  start<V>(step: Step<V>): void {
    const { me, agreement } = this.#options;
    this.#lastId += 1;
    const asked = this.#chooseQuorum();
    const answers = new Map([[me, agreement.votedUpTo]]);
    const wakeAt = step.now + firstAnswerMs;
    const pending = { id: this.#lastId, answers, asked, attempt: 0, wakeAt };
    this.#pending = pending;
    for (const to of asked) step.sendNow(to, { type: 'readIndex', id: this.#lastId });
    this.#conclude(pending, step);
  }

  onReadIndex<V>(from: PeerId, { id }: ReadIndex, step: Step<V>): void {
    const { votedUpTo: readIndex, knownUpTo } = this.#options.agreement;
    step.sendNow(from, { type: 'readIndexReply', id, readIndex, knownUpTo });
  }

  onReadIndexReply<V>(from: PeerId, { id, readIndex }: ReadIndexReply, step: Step<V>): void {
    this.#slow.delete(from);
    const pending = this.#pending;
    // Safety: an answer to an earlier question does not cover what was decided since.
    if (pending?.id !== id) return;
    pending.answers.set(from, readIndex);
    this.#conclude(pending, step);
  }

  /** `peer` has begun a new incarnation: its earlier answer no longer counts. */
  discardAnswersOf(peer: PeerId): void {
    this.#pending?.answers.delete(peer);
  }

  wake<V>(step: Step<V>): void {
    const pending = this.#pending;
    if (!pending || pending.wakeAt > step.now) return;
    for (const peer of pending.asked) if (!pending.answers.has(peer)) this.#slow.add(peer);
    pending.wakeAt = step.now + this.#options.delays.beforeResend(pending.attempt);
    pending.attempt += 1;
    this.#askAll(pending, step);
  }

  wakeAt(): number | undefined {
    return this.#pending?.wakeAt;
  }

  snapshot() {
    const pending = this.#pending && { ...this.#pending, answers: [...this.#pending.answers] };
    return { lastId: this.#lastId, pending, slow: [...this.#slow] };
  }

  resume({ lastId, pending, slow }: ReturnType<QuorumRead['snapshot']>): void {
    this.#lastId = lastId;
    this.#pending = pending && { ...pending, answers: new Map(pending.answers) };
    this.#slow.clear();
    for (const peer of slow) this.#slow.add(peer);
  }

  /** Chooses as many other peers as make a quorum with this one. Slow peers come last. */
  #chooseQuorum(): PeerId[] {
    const { me, peerCount } = this.#options;
    const others: PeerId[] = [];
    for (let distance = 1; distance < peerCount; distance += 1)
      others.push((me + distance) % peerCount);
    const first = this.#lastId % Math.max(1, others.length);
    const rotated = [...others.slice(first), ...others.slice(0, first)];
    const isSlow = (peer: PeerId) => Number(this.#slow.has(peer));
    return rotated.toSorted((a, b) => isSlow(a) - isSlow(b)).slice(0, quorumSize(peerCount) - 1);
  }

  #askAll<V>({ id, answers }: PendingRead, step: Step<V>): void {
    for (let to = 0; to < this.#options.peerCount; to += 1) {
      if (!answers.has(to)) step.sendNow(to, { type: 'readIndex', id });
    }
  }

  #conclude<V>({ answers }: PendingRead, step: Step<V>): void {
    const { peerCount, agreement } = this.#options;
    if (answers.size < quorumSize(peerCount)) return;
    this.#pending = undefined;
    const readIndex = Math.max(...answers.values());
    agreement.noteMax(readIndex);
    step.concludeRead(readIndex);
  }
}
