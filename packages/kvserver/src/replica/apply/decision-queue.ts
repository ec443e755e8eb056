/**
 * Decisions between the moment they become known and the moment they are applied. They arrive in any
 * order, each at most once, and leave in order of their instances without a gap.
 */
import type { Decision } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';

/** Every replica ends a run before each multiple of this, so that all of them can write the state there. */
const meetingInterval = 4096;

/** Whether all replicas pass through the state after this instance. The same on every replica. */
export function isMeeting(seq: number): boolean {
  return (seq + 1) % meetingInterval === 0;
}

/**
 * Most instances that are applied in one go, without a pause for other work, and bytes after which a run ends: some
 * five thousand of the smallest requests, which take tens of milliseconds.
 */
const runInstanceCountMax = 64;
const runBytesMax = 256 * 1024;

/** Consecutive decisions that are to be applied together. */
export interface Run {
  readonly decisions: readonly Decision<Bytes>[];
  /** Bytes of all values. */
  readonly bytes: number;
  /** Whether the run has as many instances or bytes as allowed, so that more may be waiting. */
  readonly isFull: boolean;
}

export class DecisionQueue {
  /** Consecutive decisions, starting with the next one to be applied. */
  #ready: Decision<Bytes>[] = [];
  /** Decisions above a gap. Rare, so that a `Map` costs nothing here. */
  readonly #aboveGap = new Map<number, Decision<Bytes>>();
  /** The instance after the last one in `#ready`. */
  #nextSeq: number;
  #bytes = 0;

  /** `nextSeq` is the first instance that is not applied yet. */
  constructor(nextSeq: number) {
    this.#nextSeq = nextSeq;
  }

  /** The lowest instance of which no decision has come, and that is not applied. */
  get next(): number {
    return this.#nextSeq;
  }

  /** Whether no decision can be applied now. */
  get isEmpty(): boolean {
    return this.#ready.length === 0;
  }

  /** Bytes of all values in it. */
  get bytes(): number {
    return this.#bytes;
  }

  add(decision: Decision<Bytes>): void {
    const { seq, value } = decision;
    // An instance below was applied with a state that came from another replica.
    if (seq < this.#nextSeq) return;
    this.#bytes += value.length;
    if (seq > this.#nextSeq) {
      this.#aboveGap.set(seq, decision);
      return;
    }
    this.#push(decision);
    this.#closeGap();
  }

  /** Removes the next run. It has no decisions if nothing can be applied now. */
  takeRun(): Run {
    let count = 0;
    let bytes = 0;
    while (count < runInstanceCountMax && bytes < runBytesMax) {
      const next = this.#ready[count];
      if (next === undefined) break;
      bytes += next.value.length;
      count += 1;
      if (isMeeting(next.seq)) break;
    }
    this.#bytes -= bytes;
    const isFull = count === runInstanceCountMax || bytes >= runBytesMax;
    return { decisions: this.#ready.splice(0, count), bytes, isFull };
  }

  /** Drops every decision below `seq`, which becomes the next instance to be applied. */
  skipTo(seq: number): void {
    for (const decision of this.#ready) this.#aboveGap.set(decision.seq, decision);
    for (const [each, { value }] of this.#aboveGap) {
      if (each >= seq) continue;
      this.#bytes -= value.length;
      this.#aboveGap.delete(each);
    }
    this.#ready = [];
    this.#nextSeq = seq;
    this.#closeGap();
  }

  #closeGap(): void {
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) this.#push(next);
  }

  #takeNext(): Decision<Bytes> | undefined {
    const next = this.#aboveGap.get(this.#nextSeq);
    this.#aboveGap.delete(this.#nextSeq);
    return next;
  }

  #push(decision: Decision<Bytes>): void {
    this.#ready.push(decision);
    this.#nextSeq += 1;
  }
}
