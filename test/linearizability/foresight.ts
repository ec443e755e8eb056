/**
 * Looks ahead from a state of one key to the answers that are still to be explained. The values that gets
 * returned say much about the order of writes: a value begins with what was put, and each append adds to
 * its end. So a state is a dead end
 *
 * - if a get that is left read a value that does not begin with the present one, and no write is left that
 *   could start it;
 * - if the last write is part of a value that a get that is left read, by the only way in which writes make
 *   up that value, and the present value is not the beginning of it.
 *
 * And if no get that is left can read the present value, what it consists of does not matter.
 */
import type { Operation } from '../history/operation.ts';
import { Composition } from './composition.ts';
import type { State } from './model.ts';

/** Ranks from `low` up to, not including, `high`. */
interface Range {
  readonly low: number;
  readonly high: number;
}

export class Foresight {
  readonly #operations: readonly Operation[];
  /** Every value that gets read, sorted: values with a common beginning are neighbours. Ranks refer to it. */
  readonly #values: readonly string[];
  readonly #ranges = new Map<string, Range>();
  /** For each rank: the gets that are left, and the writes that are left and may start the value. */
  readonly #getsLeft: Int32Array;
  readonly #startersLeft: Int32Array;
  #absentGetsLeft = 0;
  #deletesLeft = 0;
  /** For each rank: whether only one write can start the value; otherwise a delete leads to it as well. */
  readonly #isAnchored: readonly boolean[];
  /** For each operation: ranks of the values that it may start, and of those that it is a part of. */
  readonly #started: number[][];
  readonly #contained: number[][];
  /** Whether a get read what no writes make up. */
  readonly #isHopeless: boolean;
  /** Increments change values in other ways; no state of such a key is a dead end. */
  readonly #isBlind: boolean;

  /** `operations` are the answered ones of one key, and its open writes. */
  constructor(operations: readonly Operation[]) {
    this.#operations = operations;
    this.#isBlind = operations.some(({ name }) => name === 'increment');
    this.#values = this.#isBlind ? [] : sortedValues(operations);
    this.#getsLeft = new Int32Array(this.#values.length);
    this.#startersLeft = new Int32Array(this.#values.length);
    this.#started = operations.map(() => []);
    this.#contained = operations.map(() => []);
    const composition = new Composition(operations);
    const numbers = new Map(operations.map((operation, number) => [operation, number]));
    const writesOf = this.#values.map((value) => composition.writesOf(value));
    this.#isHopeless = writesOf.includes('none');
    this.#isAnchored = writesOf.map((writes) => typeof writes !== 'string' && writes.length > 0);
    for (const [rank, writes] of writesOf.entries()) {
      for (const [index, write] of (typeof writes === 'string' ? [] : writes).entries()) {
        const number = numbers.get(write) ?? 0;
        this.#contained[number]?.push(rank);
        if (index === 0) this.#started[number]?.push(rank);
      }
    }
    for (const [number, operation] of operations.entries()) {
      if (operation.name === 'put')
        this.#started[number]?.push(...this.#startable(operation.value));
      this.note(number, false);
    }
  }

  /** An operation was taken, or is left again. */
  note(number: number, isTaken: boolean): void {
    const operation = this.#operations[number];
    if (operation === undefined || this.#isBlind) return;
    const change = isTaken ? -1 : 1;
    const { name, fate } = operation;
    if (name === 'get' && fate.name === 'ok') {
      const { value } = fate.answer;
      if (value === undefined) this.#absentGetsLeft += change;
      else addTo(this.#getsLeft, this.#rangeOf(value).low, change);
    } else if (name === 'delete' && !(fate.name === 'ok' && fate.answer.deleted === false)) {
      this.#deletesLeft += change;
    }
    for (const rank of this.#started[number] ?? []) addTo(this.#startersLeft, rank, change);
  }

  /** Whether the gets that are left may be explained, after a write was taken that led to `state`. */
  permits(number: number, { value }: State): boolean {
    if (this.#isBlind) return true;
    if (this.#isHopeless) return false;
    if (value !== undefined && this.#absentGetsLeft > 0 && this.#deletesLeft === 0) return false;
    const { low, high } = this.#rangeOf(value ?? '');
    const isBeyond = (rank: number) => (rank < low || rank >= high) && this.#isLeft(rank);
    if (this.#contained[number]?.some(isBeyond)) return false;
    const isEmpty = value === undefined || value === '';
    for (let rank = 0; rank < this.#values.length; rank += 1) {
      const isWithin = rank >= low && rank < high && !(isEmpty && this.#isAnchored[rank]);
      if (!isWithin && this.#isBound(rank)) return false;
    }
    return true;
  }

  /** Whether no get that is left can read the value of a present key, or what appends make of it. */
  isUnread({ value }: State): boolean {
    if (this.#isBlind || value === undefined) return false;
    const { low, high } = this.#rangeOf(value);
    for (let rank = low; rank < high; rank += 1) if (this.#isLeft(rank)) return false;
    return true;
  }

  #isLeft(rank: number): boolean {
    return (this.#getsLeft[rank] ?? 0) > 0;
  }

  /** Whether a get is left that must read this value, and no write that is left can start it. */
  #isBound(rank: number): boolean {
    const canDeleteLead = this.#deletesLeft > 0 && !this.#isAnchored[rank];
    return this.#isLeft(rank) && this.#startersLeft[rank] === 0 && !canDeleteLead;
  }

  /** The values that a put of `text` may start, other than those that only one write can start. */
  #startable(text: string): number[] {
    const { low, high } = this.#rangeOf(text);
    const ranks = Array.from({ length: high - low }, (_, index) => low + index);
    return ranks.filter((rank) => !this.#isAnchored[rank]);
  }

  /** The values that begin with a text. */
  #rangeOf(text: string): Range {
    const known = this.#ranges.get(text);
    if (known !== undefined) return known;
    const low = this.#firstRank((value) => value >= text);
    const range = {
      low,
      high: this.#firstRank((value) => value > text && !value.startsWith(text)),
    };
    this.#ranges.set(text, range);
    return range;
  }

  /** `isFrom` is false up to some rank, and true from there. */
  #firstRank(isFrom: (value: string) => boolean): number {
    let [low, high] = [0, this.#values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isFrom(this.#values[middle] ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function sortedValues(operations: readonly Operation[]): string[] {
  const values = operations.flatMap(({ name, fate }) =>
    name === 'get' && fate.name === 'ok' ? (fate.answer.value ?? []) : [],
  );
  return [...new Set(values)].sort();
}

function addTo(counts: Int32Array, at: number, change: number): void {
  counts[at] = (counts[at] ?? 0) + change;
}
