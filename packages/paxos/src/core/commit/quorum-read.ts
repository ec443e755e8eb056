/**
 * Survey: how far may anything have been decided by now? A quorum tells how far it voted; any decision
 * made before the question has a voter among them. So who has applied all up to the highest answer has
 * missed nothing that was acknowledged before it asked.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { Agreement } from '../instance/agreement.ts';
import type { ReadIndexReply, ReadIndex as Request } from '../messages/group.ts';
import type { Outbox } from '../outbox.ts';
import { quorumSize } from '../quorum.ts';
import type { RetryDelays } from '../timeouts.ts';

/** Who was asked first has so long to answer before everybody is asked: well above a round trip. */
const firstAnswerMs = 10;
/** Where polls begin to count is drawn from this many: two runs of a peer never ask under one number. */
const firstIdRange = 2 ** 48;

export interface QuorumReadOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly delays: RetryDelays;
  readonly random: Random;
  readonly agreement: Pick<Agreement<unknown>, 'votedUpTo' | 'knownUpTo' | 'noteMax'>;
}

/** One question on its way. */
interface PendingRead {
  readonly id: number;
  readonly answers: Map<PeerId, number>;
  /** Those asked at first. */
  readonly asked: readonly PeerId[];
  attempt: number;
  wakeAt: number;
}

export class QuorumRead {
  readonly #options: QuorumReadOptions;
  #lastId: number;
  #pending: PendingRead | undefined;
  /** They let a question wait, and were not heard since: they are asked last. */
  readonly #slow = new Set<PeerId>();

  constructor(options: QuorumReadOptions) {
    this.#options = options;
    // Safety: an answer to an earlier run of this peer may still be on its way.
    this.#lastId = Math.floor(options.random.next() * firstIdRange);
  }

  /**
   * Asks as many as make a quorum, others each time, and all if those do not answer soon. One question is
   * under way at a time: a later one takes the place of an earlier.
   */
  start<V>(now: number, outbox: Outbox<V>): void {
    const { me, agreement } = this.#options;
    this.#lastId += 1;
    const asked = this.#choose();
    const answers = new Map([[me, agreement.votedUpTo]]);
    const wakeAt = now + firstAnswerMs;
    this.#pending = { id: this.#lastId, answers, asked, attempt: 0, wakeAt };
    for (const to of asked) outbox.sendNow(to, { type: 'readIndex', id: this.#lastId });
    this.#conclude(outbox);
  }

  onReadIndex<V>(from: PeerId, { id }: Request, outbox: Outbox<V>): void {
    const { votedUpTo: readIndex, knownUpTo } = this.#options.agreement;
    outbox.sendNow(from, { type: 'readIndexReply', id, readIndex, knownUpTo });
  }

  onReadIndexReply<V>(from: PeerId, { id, readIndex }: ReadIndexReply, outbox: Outbox<V>): void {
    this.#slow.delete(from);
    // Safety: an answer to an earlier question knows nothing of what was decided since.
    if (this.#pending?.id !== id) return;
    this.#pending.answers.set(from, readIndex);
    this.#conclude(outbox);
  }

  /** What this peer said was said in an incarnation that is over. */
  discardAnswersOf(peer: PeerId): void {
    this.#pending?.answers.delete(peer);
  }

  wake<V>(now: number, outbox: Outbox<V>): void {
    const pending = this.#pending;
    if (!pending || pending.wakeAt > now) return;
    for (const peer of pending.asked) if (!pending.answers.has(peer)) this.#slow.add(peer);
    pending.wakeAt = now + this.#options.delays.beforeResend(pending.attempt);
    pending.attempt += 1;
    this.#askAll(pending, outbox);
  }

  wakeAt(): number | undefined {
    return this.#pending?.wakeAt;
  }

  #choose(): PeerId[] {
    const { me, peerCount } = this.#options;
    const others: PeerId[] = [];
    for (let step = 1; step < peerCount; step += 1) others.push((me + step) % peerCount);
    const first = this.#lastId % Math.max(1, others.length);
    const inTurn = [...others.slice(first), ...others.slice(0, first)];
    const isSlow = (peer: PeerId) => Number(this.#slow.has(peer));
    return inTurn.toSorted((a, b) => isSlow(a) - isSlow(b)).slice(0, quorumSize(peerCount) - 1);
  }

  #askAll<V>({ id, answers }: PendingRead, outbox: Outbox<V>): void {
    for (let to = 0; to < this.#options.peerCount; to += 1) {
      if (!answers.has(to)) outbox.sendNow(to, { type: 'readIndex', id: id });
    }
  }

  #conclude<V>(outbox: Outbox<V>): void {
    const { peerCount, agreement } = this.#options;
    const answers = this.#pending?.answers;
    if (!answers || answers.size < quorumSize(peerCount)) return;
    this.#pending = undefined;
    const upTo = Math.max(...answers.values());
    agreement.noteMax(upTo);
    outbox.readIndex(upTo);
  }
}
