/** Judge: observes a run, and turns a lamp red when an invariant is broken. */
import type { Ballot, Decision, Envelope, Write } from '@paxkv/paxos';
import type { WriteFate } from '@paxkv/simulator';
import { factsOf, type MessageFacts } from '../protocol/messages.ts';
import { ballotText, compareBallots, type WriteFacts, writeFactsOf } from '../protocol/writes.ts';
import type { Settings } from '../settings.ts';
import type { ClientCall, Witness } from '../world/witness.ts';
import { type CallRecord, findViolation } from './history.ts';
import type { LampId, Violation } from './lamp.ts';
import { Promises } from './promises.ts';
import { Votes } from './votes.ts';

export class Judge implements Witness {
  readonly #now: () => number;
  readonly #votes: Votes;
  readonly #promises: Promises;
  readonly #violations = new Map<LampId, Violation>();
  /** Values that hosts proposed, by instance. */
  readonly #proposed = new Map<number, Set<string>>();
  /** For each instance, the first value that a peer reported as decided, and that peer. */
  readonly #decided = new Map<number, { readonly peer: number; readonly value: string }>();
  /** Values of `accept` requests, by instance and ballot. */
  readonly #asked = new Map<string, string>();
  #calls: readonly CallRecord[] = [];

  /** `now` returns the time of the world. */
  constructor({ peerCount }: Settings, now: () => number) {
    this.#now = now;
    this.#votes = new Votes(peerCount);
    this.#promises = new Promises(peerCount);
  }

  /** The first violation of each invariant, in the order in which they happened. */
  get violations(): Violation[] {
    return [...this.#violations.values()];
  }

  get calls(): readonly CallRecord[] {
    return this.#calls;
  }

  onProposed(_peer: number, { seq, value }: Decision<string>): void {
    this.#proposed.set(seq, (this.#proposed.get(seq) ?? new Set()).add(value));
  }

  onDecided(peer: number, { seq, value }: Decision<string>): void {
    const first = this.#decided.get(seq) ?? { peer, value };
    this.#decided.set(seq, first);
    this.#check('agreement', first.value === value, () => {
      const one = `peer ${first.peer} decided ${first.value}`;
      return `${one}, peer ${peer} ${value} in instance ${seq}`;
    });
    this.#check(
      'validity',
      this.#proposed.get(seq)?.has(value) ?? false,
      () => `peer ${peer} decided ${value}, which no host proposed in instance ${seq}`,
    );
    this.#check(
      'quorum',
      this.#votes.chosen(seq).some((chosen) => chosen.value === value),
      () => `no quorum voted for ${value}, which peer ${peer} decided in instance ${seq}`,
    );
  }

  onSent({ from, message }: Envelope<string>): void {
    const facts = factsOf(message);
    const { seq, ballot } = facts;
    if (ballot === undefined) return;
    if (facts.kind === 'logPromised') this.#onLogPromiseSent(from, ballot);
    if (seq === undefined) return;
    if (facts.kind === 'accept') this.#onAcceptSent(from, seq, ballot, facts);
    if (facts.kind === 'promised') {
      const isDurable = compareBallots(this.#promises.of(from, seq), ballot) >= 0;
      this.#checkDurable(isDurable, from, `promised ${ballotText(ballot)} in instance ${seq}`);
    }
    if (facts.kind === 'accepted') {
      const isDurable = this.#votes.has(from, seq, ballot);
      this.#checkDurable(isDurable, from, `voted at ${ballotText(ballot)} in instance ${seq}`);
    }
  }

  onWriteEnded(peer: number, fate: WriteFate, writes: readonly Write<string>[]): void {
    if (fate !== 'kept') return;
    for (const write of writes) this.#onWritten(peer, writeFactsOf(write));
  }

  onWiped(peer: number): void {
    this.#promises.forget(peer);
  }

  onCalled(call: ClientCall): void {
    const open = { ...call, calledMs: this.#now(), answeredMs: undefined, result: undefined };
    this.#calls = [...this.#calls, open];
  }

  onAnswered({ id }: ClientCall, result: string | undefined): void {
    const answeredMs = this.#now();
    this.#calls = this.#calls.map((call) =>
      call.id === id ? { ...call, answeredMs, result } : call,
    );
    const key = findViolation(this.#calls);
    this.#check('history', key === undefined, () => `no order explains the calls about ${key}`);
  }

  onCallFailed({ id }: ClientCall, failure: string): void {
    this.#calls = this.#calls.map((call) => (call.id === id ? { ...call, failure } : call));
  }

  #onAcceptSent(peer: number, seq: number, ballot: Ballot, { value = '' }: MessageFacts): void {
    const key = `${seq} ${ballotText(ballot)}`;
    const asked = this.#asked.get(key) ?? value;
    this.#asked.set(key, asked);
    this.#check(
      'oneValue',
      asked === value,
      () => `${asked} and ${value} were asked for at ${ballotText(ballot)} in instance ${seq}`,
    );
    const lower = this.#votes
      .chosen(seq)
      .find((chosen) => compareBallots(chosen.ballot, ballot) < 0 && chosen.value !== value);
    this.#check('highestVote', lower === undefined, () => {
      const after = `after a quorum voted for ${lower?.value} in instance ${seq}`;
      return `peer ${peer} asked for ${value} at ${ballotText(ballot)} ${after}`;
    });
  }

  #onLogPromiseSent(peer: number, ballot: Ballot): void {
    const isDurable = compareBallots(this.#promises.ofLog(peer), ballot) >= 0;
    this.#checkDurable(isDurable, peer, `promised ${ballotText(ballot)} for the log`);
  }

  #onWritten(peer: number, facts: WriteFacts): void {
    switch (facts.kind) {
      case 'promise':
        this.#keepPromise(peer, facts.seq, facts.ballot, 'promised');
        break;
      case 'logPromise':
        this.#promises.raiseLog(peer, facts.ballot);
        break;
      case 'vote':
        this.#keepPromise(peer, facts.seq, facts.ballot, 'voted at');
        this.#votes.add(peer, facts.seq, facts.ballot, facts.value);
        this.#checkChosen(facts.seq);
        break;
      default:
    }
  }

  #keepPromise(peer: number, seq: number, ballot: Ballot, action: string): void {
    const promised = this.#promises.of(peer, seq);
    this.#check('promises', compareBallots(promised, ballot) <= 0, () => {
      const before = promised && ballotText(promised);
      return `peer ${peer} ${action} ${ballotText(ballot)} after ${before} in instance ${seq}`;
    });
    this.#promises.raise(peer, seq, ballot);
  }

  #checkChosen(seq: number): void {
    const values = new Set(this.#votes.chosen(seq).map(({ value }) => value));
    this.#check(
      'agreement',
      values.size <= 1,
      () => `quorums voted for ${[...values].join(' and ')} in instance ${seq}`,
    );
  }

  #checkDurable(isDurable: boolean, peer: number, action: string): void {
    this.#check(
      'durable',
      isDurable,
      () => `peer ${peer} said that it ${action} before its disk did`,
    );
  }

  #check(lamp: LampId, holds: boolean, evidence: () => string): void {
    if (holds || this.#violations.has(lamp)) return;
    this.#violations.set(lamp, { lamp, timeMs: this.#now(), evidence: evidence() });
  }
}
