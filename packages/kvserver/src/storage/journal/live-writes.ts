/**
 * Keeps the place of each live group, which is what one call of `write` wrote. A group is alive while it mentions
 * an instance that is not forgotten: its record, or a copy, must stay.
 */

interface LiveGroup {
  /** The segment in which its latest record begins. */
  sequence: number;
  /** The size on disk. */
  bytes: number;
  /** The highest instance it mentions. */
  readonly seqMax: number;
}

export interface GroupPlace {
  readonly writeIndex: number;
  readonly sequence: number;
  readonly bytes: number;
  /** The highest instance it mentions, or −1. */
  readonly seqMax: number;
}

export class LiveWrites {
  readonly #groups = new Map<number, LiveGroup>();
  /** The groups by the highest instance they mention. */
  readonly #bySeq = new Map<number, Set<number>>();
  readonly #bytesBySequence = new Map<number, number>();
  #bytes = 0;
  #min = 0;

  /** The size of all live groups on disk, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Every instance below is forgotten. */
  get min(): number {
    return this.#min;
  }

  /** The size of the live groups in one segment. */
  bytesIn(sequence: number): number {
    return this.#bytesBySequence.get(sequence) ?? 0;
  }

  /** Tells whether the group is alive and this segment has its latest record. */
  isIn(sequence: number, writeIndex: number): boolean {
    return this.#groups.get(writeIndex)?.sequence === sequence;
  }

  /** Takes note of a group that was written, or written again elsewhere. */
  put({ writeIndex, sequence, bytes, seqMax }: GroupPlace): void {
    const former = this.#groups.get(writeIndex);
    if (former !== undefined) {
      this.#count(former.sequence, -former.bytes);
      former.sequence = sequence;
      former.bytes = bytes;
      this.#count(sequence, bytes);
      return;
    }
    if (seqMax < this.#min) return;
    this.#groups.set(writeIndex, { sequence, bytes, seqMax });
    const others = this.#bySeq.get(seqMax);
    if (others === undefined) this.#bySeq.set(seqMax, new Set([writeIndex]));
    else others.add(writeIndex);
    this.#count(sequence, bytes);
  }

  /** A lower `min` than before changes nothing. */
  forgetBelow(min: number): void {
    if (min <= this.#min) return;
    // A state taken over from others may raise it by more than there are groups.
    if (min - this.#min > this.#bySeq.size) {
      for (const seq of this.#bySeq.keys()) if (seq < min) this.#forget(seq);
    } else {
      for (let seq = this.#min; seq < min; seq += 1) this.#forget(seq);
    }
    this.#min = min;
  }

  #forget(seq: number): void {
    for (const writeIndex of this.#bySeq.get(seq) ?? []) {
      const live = this.#groups.get(writeIndex);
      if (live !== undefined) this.#count(live.sequence, -live.bytes);
      this.#groups.delete(writeIndex);
    }
    this.#bySeq.delete(seq);
  }

  #count(sequence: number, bytes: number): void {
    const sum = this.bytesIn(sequence) + bytes;
    this.#bytes += bytes;
    if (sum === 0) this.#bytesBySequence.delete(sequence);
    else this.#bytesBySequence.set(sequence, sum);
  }
}
