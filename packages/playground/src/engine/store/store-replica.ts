/**
 * Store: a small replicated map over one peer. Each put is decided as one value. A get asks a quorum how far
 * the log may go, and answers from the state once the log is applied that far.
 */
import type { Clock, Decision, Paxos } from '@paxkv/paxos';
import type { ClientCall, Witness } from '../world/witness.ts';
import { decodePut, encodePut, noop } from './command.ts';

/** An instance that stays undecided for this long while a later one is decided is filled with a no-op. */
const gapMs = 150;

export interface StoreReplicaOptions {
  readonly me: number;
  readonly paxos: Paxos<string>;
  readonly clock: Clock;
  readonly witness: Required<Witness>;
}

export class StoreReplica {
  readonly #options: StoreReplicaOptions;
  readonly #log = new Map<number, string>();
  readonly #state = new Map<string, string>();
  /** Puts that wait for a decision, by the instance in which each was proposed. */
  readonly #puts = new Map<number, ClientCall>();
  /** Gets that wait until the log is applied up to `upTo`. */
  #gets: { readonly call: ClientCall; readonly upTo: number }[] = [];
  /** Gets of the current quorum read, and gets that came after it began. */
  #asked: ClientCall[] = [];
  #unasked: ClientCall[] = [];
  #applied = -1;
  #isWatchingGap = false;

  constructor(options: StoreReplicaOptions) {
    this.#options = options;
  }

  /** The highest instance applied, or −1. */
  get applied(): number {
    return this.#applied;
  }

  call(call: ClientCall): void {
    if (call.type === 'put') {
      this.#propose(call);
      return;
    }
    this.#unasked.push(call);
    if (this.#asked.length === 0) this.#ask();
  }

  onDecided({ seq, value }: Decision<string>): void {
    this.#log.set(seq, value);
    const call = this.#puts.get(seq);
    if (call !== undefined && decodePut(value)?.call !== call.id) {
      this.#puts.delete(seq);
      this.#propose(call);
    }
    this.#apply();
    this.#watchGap();
  }

  /** The quorum read has ended: nothing above `readIndex` was decided when it began. */
  onReadIndex(readIndex: number): void {
    for (const call of this.#asked.splice(0)) this.#gets.push({ call, upTo: readIndex });
    this.#answerGets();
    if (this.#unasked.length > 0) this.#ask();
    this.#watchGap();
  }

  #ask(): void {
    this.#asked = this.#unasked.splice(0);
    this.#options.paxos.readIndex();
  }

  #propose(call: ClientCall): void {
    const { paxos } = this.#options;
    let seq = Math.max(paxos.max(), this.#applied) + 1;
    while (this.#puts.has(seq)) seq += 1;
    this.#puts.set(seq, call);
    const { id, key, value = '' } = call;
    this.#start(seq, encodePut({ call: id, key, value }));
  }

  #start(seq: number, value: string): void {
    this.#options.witness.onProposed(this.#options.me, { seq, value });
    this.#options.paxos.start(seq, value);
  }

  #apply(): void {
    for (;;) {
      const value = this.#log.get(this.#applied + 1);
      if (value === undefined) break;
      this.#applied += 1;
      const put = decodePut(value);
      if (put === undefined) continue;
      this.#state.set(put.key, put.value);
      const call = this.#puts.get(this.#applied);
      this.#puts.delete(this.#applied);
      if (call !== undefined) this.#options.witness.onAnswered(call, undefined);
    }
    this.#answerGets();
  }

  #answerGets(): void {
    const ready = this.#gets.filter(({ upTo }) => upTo <= this.#applied);
    this.#gets = this.#gets.filter(({ upTo }) => upTo > this.#applied);
    for (const { call } of ready) this.#options.witness.onAnswered(call, this.#state.get(call.key));
  }

  #watchGap(): void {
    if (this.#isWatchingGap || !this.#hasNeededGap()) return;
    this.#isWatchingGap = true;
    const { clock } = this.#options;
    clock.at(clock.now() + gapMs, () => {
      this.#isWatchingGap = false;
      const seq = this.#applied + 1;
      if (this.#hasNeededGap() && !this.#puts.has(seq)) this.#start(seq, noop);
      this.#watchGap();
    });
  }

  /** Whether a client waits for an instance above a log gap. */
  #hasNeededGap(): boolean {
    const isOpen = Math.max(-1, ...this.#log.keys()) > this.#applied;
    return isOpen && (this.#puts.size > 0 || this.#gets.length > 0);
  }
}
