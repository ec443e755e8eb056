/**
 * LogVolume: about how many bytes the values of the last instances had. It keeps the sum at some positions only, so
 * that a million instances cost a few hundred kilobytes.
 */

/** A position is kept when so many instances, or so many bytes, have come since the last one. */
const instanceSpacing = 64;
const byteSpacing = 64 * 1024;
const positionCountMax = 16_384;

/** The bytes of all values up to and including `seq`, since this object was made. */
interface Position {
  readonly seq: number;
  readonly bytes: number;
}

export class LogVolume {
  /** Ascending. */
  #positions: Position[];
  #last: Position;

  /** The values above `applied` will be added. */
  constructor(applied: number) {
    this.#last = { seq: applied, bytes: 0 };
    this.#positions = [this.#last];
  }

  /** The instances up to `applied` that were not added yet had values of so many bytes. */
  add(applied: number, bytes: number): void {
    this.#last = { seq: applied, bytes: this.#last.bytes + bytes };
    const kept = this.#positions.at(-1);
    if (kept !== undefined && !this.#isFarFrom(kept)) return;
    this.#positions.push(this.#last);
    // Half at once, so that it is seldom done.
    if (this.#positions.length > positionCountMax) {
      this.#positions = this.#positions.slice(positionCountMax / 2);
    }
  }

  /** Bytes of the values above `seq`, to some tens of instances and kilobytes. What was never added counts nothing. */
  above(seq: number): number {
    const { seq: lastSeq, bytes } = this.#last;
    if (seq >= lastSeq) return 0;
    const index = this.#positions.findLastIndex((position) => position.seq <= seq);
    const below = this.#positions[index];
    const [first = this.#last] = this.#positions;
    if (below === undefined) return bytes - first.bytes;
    const next = this.#positions[index + 1] ?? this.#last;
    const share = (seq - below.seq) / (next.seq - below.seq);
    return Math.round(bytes - below.bytes - share * (next.bytes - below.bytes));
  }

  #isFarFrom({ seq, bytes }: Position): boolean {
    return this.#last.seq - seq >= instanceSpacing || this.#last.bytes - bytes >= byteSpacing;
  }
}
