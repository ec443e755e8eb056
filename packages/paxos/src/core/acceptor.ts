/**
 * Acceptor: the memory of Paxos. It votes, and never goes back on a promise.
 * Paxos Made Simple §2.2, phases 1(b) and 2(b).
 */
import { type Ballot, isLower, isSameBallot } from './ballot.ts';
import type { DurableWrite } from './effects.ts';
import type { Accept, Accepted, Prepare, Promised, Rejected, Vote } from './messages.ts';
import type { Outbox } from './outbox.ts';
import { Window } from './window.ts';

/** What an acceptor remembers of one instance. A vote is never above the promise. */
interface Instance<V> {
  promised: Ballot | undefined;
  vote: Vote<V> | undefined;
}

export class Acceptor<V> {
  readonly #instances = new Window<Instance<V>>();

  /** Phase 1(b): promise to ignore lower ballots, and tell what we last voted for. */
  onPrepare({ seq, ballot }: Prepare, outbox: Outbox<V>): Promised<V> | Rejected {
    const instance = this.#instance(seq);
    const { promised, vote } = instance;
    // Safety (P1a): a promise is kept, against every lower ballot and for ever.
    if (promised && isLower(ballot, promised)) return { type: 'rejected', seq, ballot, promised };
    if (isLower(promised, ballot)) {
      instance.promised = ballot;
      outbox.persist({ type: 'promised', seq, ballot });
    }
    return { type: 'promised', seq, ballot, ...(vote && { vote }) };
  }

  /** Phase 2(b): vote, unless a higher ballot was promised. */
  onAccept({ seq, ballot, value }: Accept<V>, outbox: Outbox<V>): Accepted | Rejected {
    const instance = this.#instance(seq);
    const { promised, vote } = instance;
    if (promised && isLower(ballot, promised)) return { type: 'rejected', seq, ballot, promised };
    if (!vote || !isSameBallot(vote.ballot, ballot)) {
      // Safety: accepting raises the promise, or a lower ballot could still win a vote here later.
      instance.promised = ballot;
      instance.vote = { ballot, value };
      outbox.persist({ type: 'accepted', seq, ballot, value });
    }
    return { type: 'accepted', seq, ballot };
  }

  /** The highest ballot promised in `seq`, if any. */
  promised(seq: number): Ballot | undefined {
    return this.#instances.get(seq)?.promised;
  }

  vote(seq: number): Vote<V> | undefined {
    return this.#instances.get(seq)?.vote;
  }

  restore(write: Extract<DurableWrite<V>, { type: 'promised' | 'accepted' }>): void {
    const instance = this.#instance(write.seq);
    if (isLower(instance.promised, write.ballot)) instance.promised = write.ballot;
    if (write.type === 'accepted') instance.vote = { ballot: write.ballot, value: write.value };
  }

  /** Lets go of an instance: it is decided, and its requests are answered from the decision. */
  release(seq: number): void {
    this.#instances.delete(seq);
  }

  forgetBelow(min: number): void {
    this.#instances.forgetBelow(min);
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
