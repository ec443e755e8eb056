/**
 * What the journal keeps in memory about its records: the highest instance that each one mentions, and the
 * values that outlive dropped records. It decides which records need not be kept.
 */
import type { JournalBase } from './journal-base.ts';
import type { JournalWrite } from './record-codec.ts';
import type { Checksum } from './sealed-record.ts';

/** Fewer records are not worth a new base; more would make one batch slow. */
export const dropCountMin = 64;
const dropCountMax = 4096;

interface KeptRecord {
  /** The highest instance mentioned, or −1. */
  readonly seqMax: number;
  readonly checksum: Checksum;
}

export class JournalIndex {
  #base: JournalBase;
  /** The records from `base.firstIndex` on, without gaps. */
  readonly #records: KeptRecord[] = [];
  #min: number;
  #round: number;
  /** The latest write of each type that concerns incarnations or the whole log. */
  readonly #retained = new Map<JournalWrite['type'], JournalWrite>();

  constructor(base: JournalBase) {
    this.#base = base;
    this.#min = base.min;
    this.#round = base.round;
    for (const write of base.retained) this.#retained.set(write.type, write);
  }

  get base(): JournalBase {
    return this.#base;
  }

  get writeIndex(): number {
    return this.#base.firstIndex + this.#records.length - 1;
  }

  /** Every instance below this one is forgotten. */
  get min(): number {
    return this.#min;
  }

  /** The checksum of the last record. */
  get checksum(): Checksum {
    return this.#records.at(-1)?.checksum ?? this.#base.previous;
  }

  /** Adds the next record. */
  add(writes: readonly JournalWrite[], checksum: Checksum): void {
    let seqMax = -1;
    for (const write of writes) {
      if (write.type === 'reserved') this.#round = Math.max(this.#round, write.round);
      else if (write.type === 'forgotten') this.#min = Math.max(this.#min, write.min);
      else if ('seq' in write) seqMax = Math.max(seqMax, write.seq);
      else this.#retained.set(write.type, write);
    }
    this.#records.push({ seqMax, checksum });
  }

  /**
   * The base after dropping every record at the front that is not needed any more; only a prefix is dropped,
   * so that the chain stays whole. `undefined` if that is not worth a write. The caller writes the base
   * together with the next record.
   */
  nextBase(): JournalBase | undefined {
    const dropCount = this.#droppableCount();
    if (dropCount < dropCountMin) return undefined;
    return {
      firstIndex: this.#base.firstIndex + dropCount,
      previous: this.#records[dropCount - 1]?.checksum ?? this.#base.previous,
      writtenAt: this.writeIndex + 1,
      min: this.#min,
      round: this.#round,
      retained: [...this.#retained.values()],
    };
  }

  /** The base was written, and the records before it are gone. */
  dropTo(base: JournalBase): void {
    this.#records.splice(0, base.firstIndex - this.#base.firstIndex);
    this.#base = base;
  }

  #droppableCount(): number {
    const pinned = this.#records.findIndex(({ seqMax }) => seqMax >= this.#min);
    return Math.min(pinned === -1 ? this.#records.length : pinned, dropCountMax);
  }
}
