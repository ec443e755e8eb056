/** Keys in rotation: each is used a limited number of times, so that its history stays short. */
import type { OperationName } from '../../history/operation.ts';

/**
 * `ledger`: only appended to and read, so that every append stays visible. `register`: never appended to, so
 * that checkers of registers can judge its history as well.
 */
export type LaneKind = 'mixed' | 'register' | 'ledger';

const kinds: readonly LaneKind[] = ['mixed', 'ledger', 'register', 'ledger'];

/** Calls per key. The work of a checker grows faster than their number. */
const callCountMax = 200;
/** Writes per key of unknown outcome: each one adds many possible orders. */
const unknownCountMax = 8;

export class KeyLane {
  readonly kind: LaneKind;
  readonly #name: string;
  #generation = 0;
  #callCount = 0;
  #unknownCount = 0;

  constructor(name: string, kind: LaneKind) {
    this.#name = name;
    this.kind = kind;
  }

  /** The key for the next call. */
  next(): string {
    if (this.#callCount >= callCountMax || this.#unknownCount >= unknownCountMax) {
      this.#callCount = 0;
      this.#unknownCount = 0;
      this.#generation += 1;
    }
    this.#callCount += 1;
    return this.#current;
  }

  /** A write to `key` ended with an unknown outcome. */
  noteUnknown(key: string): void {
    if (key === this.#current) this.#unknownCount += 1;
  }

  /** Every key used so far. */
  get keys(): string[] {
    const count = this.#callCount === 0 ? 0 : this.#generation + 1;
    return Array.from({ length: count }, (_, generation) => this.#keyOf(generation));
  }

  get #current(): string {
    return this.#keyOf(this.#generation);
  }

  #keyOf(generation: number): string {
    return `${this.kind}-${this.#name}.${generation}`;
  }
}

/** Whether the key is one of the lanes of `makeLanes`, which have numbers for names. */
export function isOfLanes(key: string): boolean {
  return kinds.some((kind) => key.startsWith(`${kind}-`) && /^\d/.test(key.slice(kind.length + 1)));
}

/** The operation of the next call, from a number of 0 up to 1. */
export function drawOperation(kind: LaneKind, draw: number): OperationName {
  if (draw < 0.3) return 'get';
  if (kind === 'ledger' || (kind === 'mixed' && draw < 0.65)) return 'append';
  return draw < 0.9 ? 'put' : 'delete';
}

/** `count` lanes: half of them ledgers, a quarter registers. */
export function makeLanes(count: number): KeyLane[] {
  return Array.from(
    { length: count },
    (_, index) => new KeyLane(`${index}`, kinds[index % kinds.length] ?? 'mixed'),
  );
}
