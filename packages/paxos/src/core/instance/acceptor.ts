/**
 * Acceptor: the memory of Paxos. It votes, and never goes back on a promise.
 * Paxos Made Simple §2.2, phases 1(b) and 2(b).
 */
import { type Ballot, type InstanceVote, isLower, isSameBallot, type Vote } from '../ballot.ts';
import type { DurableWrite } from '../effects.ts';
import type { LogPromised, LogRejected, PrepareLog } from '../messages/group.ts';
import type { Accept, Accepted, Prepare, Promised, Rejected } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import { InstanceMap } from './instance-map.ts';

/** What an acceptor remembers of one instance. A vote is never above the promise. */
interface Instance<V> {
  promised: Ballot | undefined;
  vote: Vote<V> | undefined;
}

/** Votes told of in one answer; more would make it too large. */
const toldCountMax = 64;

export class Acceptor<V> {
  readonly #instances = new InstanceMap<Instance<V>>();
  /** What was promised for the whole log: it counts in every instance beside the promise there. */
  #logPromise: Ballot | undefined;
  #highestVoted = -1;

  /** Phase 1(b) for every instance at once. `unknown`: from here on no instance is decided or forgotten. */
  onPrepareLog(
    { ballot }: PrepareLog,
    unknown: number,
    outbox: Outbox<V>,
  ): LogPromised<V> | LogRejected {
    const logPromise = this.#logPromise;
    if (logPromise && isLower(ballot, logPromise))
      return { type: 'logRejected', ballot, promised: logPromise };
    if (isLower(logPromise, ballot)) {
      this.#logPromise = ballot;
      outbox.persist({ type: 'logPromised', ballot });
    }
    const votes = this.votes().filter(({ seq }) => seq >= unknown);
    const told = votes.slice(-toldCountMax);
    const untold = votes.at(-toldCountMax - 1);
    return {
      type: 'logPromised',
      ballot,
      firstSeq: untold ? untold.seq + 1 : unknown,
      votes: told,
    };
  }

  /** The highest seq in which this acceptor ever voted, or −1. */
  get highestVoted(): number {
    return this.#highestVoted;
  }

  /** The ballot promised for the whole log, if any. */
  get log(): Ballot | undefined {
    return this.#logPromise;
  }

  /** Phase 1(b): promise to ignore lower ballots, and tell what we last voted for. */
  onPrepare({ seq, ballot }: Prepare, outbox: Outbox<V>): Promised<V> | Rejected {
    const instance = this.#instance(seq);
    const { vote } = instance;
    // Safety (P1a): a promise is kept, against every lower ballot and for ever.
    const refusal = this.#refusal(seq, ballot);
    if (refusal) return refusal;
    if (isLower(instance.promised, ballot)) {
      instance.promised = ballot;
      outbox.persist({ type: 'promised', seq, ballot });
    }
    return { type: 'promised', seq, ballot, ...(vote && { vote }) };
  }

  /** Phase 2(b): vote, unless a higher ballot was promised. */
  onAccept({ seq, ballot, value }: Accept<V>, outbox: Outbox<V>): Accepted | Rejected {
    const instance = this.#instance(seq);
    const { vote } = instance;
    const refusal = this.#refusal(seq, ballot);
    if (refusal) return refusal;
    if (!vote || !isSameBallot(vote.ballot, ballot)) {
      // Safety: accepting raises the promise, or a lower ballot could still win a vote here later.
      instance.promised = ballot;
      instance.vote = { ballot, value };
      this.#highestVoted = Math.max(this.#highestVoted, seq);
      outbox.persist({ type: 'accepted', seq, ballot, value });
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

  /** Lets go of an instance: it is decided, and its requests are answered from the decision. */
  release(seq: number): void {
    this.#instances.delete(seq);
  }

  forgetBelow(min: number): void {
    this.#instances.forgetBelow(min);
  }

  #refusal(seq: number, ballot: Ballot): Rejected | undefined {
    const promised = this.promised(seq);
    if (!promised || !isLower(ballot, promised)) return undefined;
    const logPromise = this.#logPromise;
    const isByLog = logPromise !== undefined && isLower(ballot, logPromise);
    return { type: 'rejected', seq, ballot, promised, ...(isByLog && { logPromise }) };
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
