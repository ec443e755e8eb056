/**
 * Store: a small replicated map over one peer. A put is decided as a value of its own; a get asks a quorum
 * how far the log may go, and answers from the state once that much of the log was applied.
 */
import type { Clock, Decision, Paxos } from '@paxkv/paxos';
import type { ClientCall, Witness } from '../world/witness.ts';
import { decodePut, encodePut, noop } from './command.ts';

/** An instance that is open for so long while a later one is decided is filled with a no-op. */
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
  /** Puts that wait for a decision, by the instance that each was proposed in. */
  readonly #puts = new Map<number, ClientCall>();
  /** Gets by the position of the log that they wait for. */
  #gets: { readonly call: ClientCall; readonly upTo: number }[] = [];
  /** Gets that the question under way serves, and those that came after it was asked. */
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

  /** Nothing above `readIndex` was decided when the question was asked. */
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

  /** Whether a client waits for what is decided above an instance that is open. */
  #hasNeededGap(): boolean {
    const isOpen = Math.max(-1, ...this.#log.keys()) > this.#applied;
    return isOpen && (this.#puts.size > 0 || this.#gets.length > 0);
  }
}
