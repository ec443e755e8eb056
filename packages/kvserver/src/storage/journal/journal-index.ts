/**
 * What the journal keeps of its turns in memory: of each kept turn the highest instance it
 * mentions, and the maxima that outlive dropped turns. It answers which turns need not be kept.
 */
import type { JournalBase } from './journal-base.ts';
import type { Checksum } from './sealed-record.ts';
import type { JournalWrite } from './turn-writes.ts';

/** Fewer turns are not worth a new base; more would make one batch slow. */
export const dropCountMin = 64;
const dropCountMax = 4096;

interface KeptTurn {
  /** The highest seq mentioned, or −1. */
  readonly seqMax: number;
  readonly checksum: Checksum;
}

export class JournalIndex {
  #base: JournalBase;
  /** From the base's `firstTurn` on, without gaps. */
  readonly #turns: KeptTurn[] = [];
  #min: number;
  #round: number;
  /** The latest write of each kind that is about lives or the whole log. */
  readonly #lives = new Map<JournalWrite['type'], JournalWrite>();

  constructor(base: JournalBase) {
    this.#base = base;
    this.#min = base.min;
    this.#round = base.round;
    for (const write of base.retained) this.#lives.set(write.type, write);
  }

  get base(): JournalBase {
    return this.#base;
  }

  get writeIndex(): number {
    return this.#base.firstIndex + this.#turns.length - 1;
  }

  /** Every instance below is forgotten. */
  get min(): number {
    return this.#min;
  }

  /** The checksum of the highest turn. */
  get checksum(): Checksum {
    return this.#turns.at(-1)?.checksum ?? this.#base.previous;
  }

  /** Takes note of the next turn. */
  add(writes: readonly JournalWrite[], checksum: Checksum): void {
    let seqMax = -1;
    for (const write of writes) {
      if (write.type === 'reserved') this.#round = Math.max(this.#round, write.round);
      else if (write.type === 'forgotten') this.#min = Math.max(this.#min, write.min);
      else if ('seq' in write) seqMax = Math.max(seqMax, write.seq);
      else this.#lives.set(write.type, write);
    }
    this.#turns.push({ seqMax, checksum });
  }

  /**
   * The base after dropping what it can without losing anything: only a prefix, so that the chain
   * stays whole. `undefined` if that is not worth a write. To be written together with the next
   * turn.
   */
  nextBase(): JournalBase | undefined {
    const dropCount = this.#droppableCount();
    if (dropCount < dropCountMin) return undefined;
    return {
      firstIndex: this.#base.firstIndex + dropCount,
      previous: this.#turns[dropCount - 1]?.checksum ?? this.#base.previous,
      writtenAt: this.writeIndex + 1,
      min: this.#min,
      round: this.#round,
      retained: [...this.#lives.values()],
    };
  }

  /** The base was written: the turns before it are gone. */
  dropTo(base: JournalBase): void {
    this.#turns.splice(0, base.firstIndex - this.#base.firstIndex);
    this.#base = base;
  }

  #droppableCount(): number {
    const pinned = this.#turns.findIndex(({ seqMax }) => seqMax >= this.#min);
    return Math.min(pinned === -1 ? this.#turns.length : pinned, dropCountMax);
  }
}
