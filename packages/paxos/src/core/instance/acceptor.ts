/**
 * Acceptor: the memory of Paxos. It votes, and never breaks a promise.
 * Paxos Made Simple §2.2, phases 1(b) and 2(b).
 */
import { type Ballot, type InstanceVote, isLower, isSameBallot, type Vote } from '../ballot.ts';
import type { DurableWrite } from '../effects.ts';
import type { Accept, Accepted, Prepare, Promised, Rejected } from '../messages/instance.ts';
import type { LogPromised, LogRejected, PrepareLog } from '../messages/leader.ts';
import { type MessageLimits, messageLimitsDefault } from '../messages/message-limits.ts';
import type { Step } from '../step.ts';
import { InstanceMap } from './instance-map.ts';

/** What an acceptor remembers of one instance. A vote is never above the promise. */
interface Instance<V> {
  promised: Ballot | undefined;
  vote: Vote<V> | undefined;
}

export class Acceptor<V> {
  readonly #instances = new InstanceMap<Instance<V>>();
  /** The promise for the whole log. In each instance, the higher of it and the promise made there counts. */
  #logPromise: Ballot | undefined;
  readonly #voteCountMax: number;
  #highestVoted = -1;

  /** `voteCountMax`: how many votes one log promise tells, from 1. */
  constructor({ voteCountMax }: Pick<MessageLimits, 'voteCountMax'> = messageLimitsDefault) {
    this.#voteCountMax = voteCountMax;
  }

  /** Phase 1(b) for every instance at once. No instance from `firstOpen` on is decided or forgotten here. */
  onPrepareLog(
    { ballot }: PrepareLog,
    firstOpen: number,
    step: Step<V>,
  ): LogPromised<V> | LogRejected {
    const promised = this.#logPromise;
    if (promised && isLower(ballot, promised)) return { type: 'logRejected', ballot, promised };
    if (isLower(promised, ballot)) {
      this.#logPromise = ballot;
      step.persist({ type: 'logPromised', ballot });
    }
    const open = this.votes().filter(({ seq }) => seq >= firstOpen);
    const votes = open.slice(-this.#voteCountMax);
    const omitted = open.at(-this.#voteCountMax - 1);
    const firstSeq = omitted ? omitted.seq + 1 : firstOpen;
    return { type: 'logPromised', ballot, firstSeq, votes };
  }

  /** The highest seq in which this acceptor ever voted, or −1. */
  get highestVoted(): number {
    return this.#highestVoted;
  }

  /** The ballot promised for the whole log, if any. */
  get logPromise(): Ballot | undefined {
    return this.#logPromise;
  }

  /** Phase 1(b): promise to ignore lower ballots, and report the latest vote. */
  onPrepare({ seq, ballot }: Prepare, step: Step<V>): Promised<V> | Rejected {
    const instance = this.#instance(seq);
    const { vote } = instance;
    // Safety (P1a): a promise holds against every lower ballot, for ever.
    const rejection = this.#rejection(seq, ballot);
    if (rejection) return rejection;
    if (isLower(instance.promised, ballot)) {
      instance.promised = ballot;
      step.persist({ type: 'promised', seq, ballot });
    }
    return vote ? { type: 'promised', seq, ballot, vote } : { type: 'promised', seq, ballot };
  }

  /** Phase 2(b): vote, unless a higher ballot was promised. */
  onAccept({ seq, ballot, value }: Accept<V>, step: Step<V>): Accepted | Rejected {
    const instance = this.#instance(seq);
    const { vote } = instance;
    const rejection = this.#rejection(seq, ballot);
    if (rejection) return rejection;
    if (!vote || !isSameBallot(vote.ballot, ballot)) {
      // Safety: a vote raises the promise, or a lower ballot could still win a vote here later.
      instance.promised = ballot;
      instance.vote = { ballot, value };
      this.#highestVoted = Math.max(this.#highestVoted, seq);
      step.persist({ type: 'accepted', seq, ballot, value });
    }
    return { type: 'accepted', seq, ballot };
  }

  /** The highest ballot promised in `seq`, if any. */
  promised(seq: number): Ballot | undefined {
    const own = this.#instances.get(seq)?.promised;
    return this.#logPromise && isLower(own, this.#logPromise) ? this.#logPromise : own;
  }

  vote(seq: number): Vote<V> | undefined {
    return this.#instances.get(seq)?.vote;
  }

  /** Every vote in an instance that was not released, in order of seq. */
  votes(): InstanceVote<V>[] {
    return [...this.#instances.entries()]
      .flatMap(([seq, { vote }]) => (vote ? [{ seq, vote }] : []))
      .sort((a, b) => a.seq - b.seq);
  }

  restore(
    write: Extract<DurableWrite<V>, { type: 'promised' | 'accepted' | 'logPromised' }>,
  ): void {
    if (write.type === 'logPromised') {
      if (isLower(this.#logPromise, write.ballot)) this.#logPromise = write.ballot;
      return;
    }
    const instance = this.#instance(write.seq);
    if (isLower(instance.promised, write.ballot)) instance.promised = write.ballot;
    if (write.type !== 'accepted') return;
    instance.vote = { ballot: write.ballot, value: write.value };
    this.#highestVoted = Math.max(this.#highestVoted, write.seq);
  }

  /** Frees the record of a decided instance: requests about it are answered from the decision. */
  release(seq: number): void {
    this.#instances.delete(seq);
  }

  forgetBelow(min: number): void {
    this.#instances.forgetBelow(min);
  }

  snapshot() {
    const instances = this.#instances.snapshot((instance) => ({ ...instance }));
    return { instances, logPromise: this.#logPromise, highestVoted: this.#highestVoted };
  }

  resume({ instances, logPromise, highestVoted }: ReturnType<Acceptor<V>['snapshot']>): void {
    this.#instances.resume(instances, ({ promised, vote }) => ({ promised, vote }));
    this.#logPromise = logPromise;
    this.#highestVoted = highestVoted;
  }

  #rejection(seq: number, ballot: Ballot): Rejected | undefined {
    const promised = this.promised(seq);
    if (!promised || !isLower(ballot, promised)) return undefined;
    const logPromise = this.#logPromise;
    return logPromise && isLower(ballot, logPromise)
      ? { type: 'rejected', seq, ballot, promised, logPromise }
      : { type: 'rejected', seq, ballot, promised };
  }

  #instance(seq: number): Instance<V> {
    let instance = this.#instances.get(seq);
    if (!instance) {
      instance = { promised: undefined, vote: undefined };
      this.#instances.set(seq, instance);
    }
    return instance;
  }
}
