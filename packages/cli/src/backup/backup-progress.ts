/** Reports how far a long backup or restore has come, less and less often. */

const firstNoteMs = 2000;
const noteMsMax = 60_000;
const mebibyte = 1024 * 1024;

export class BackupProgress {
  readonly #note: (line: string) => void;
  readonly #now: () => number;
  #rows = 0;
  #rowCount = 0;
  #bytes = 0;
  #nextMs = 0;
  #waitMs = firstNoteMs;

  constructor(note: (line: string) => void, now: () => number = () => performance.now()) {
    this.#note = note;
    this.#now = now;
  }

  /** `rowCount`: how many rows there will be. */
  begin(rowCount: number): void {
    this.#rows = 0;
    this.#bytes = 0;
    this.#rowCount = rowCount;
    this.#waitMs = firstNoteMs;
    this.#nextMs = this.#now() + this.#waitMs;
  }

  /** So many more bytes have come. */
  addBytes(count: number): void {
    this.#bytes += count;
  }

  /** So many more rows have come. */
  addRows(count: number): void {
    this.#rows += count;
    const now = this.#now();
    if (now < this.#nextMs) return;
    this.#waitMs = Math.min(noteMsMax, 2 * this.#waitMs);
    this.#nextMs = now + this.#waitMs;
    const percent = Math.min(100, Math.floor((100 * this.#rows) / Math.max(1, this.#rowCount)));
    this.#note(`${percent} % of ${this.#rowCount} rows, ${sizeText(this.#bytes)}`);
  }
}

/** The size in mebibytes. */
export function sizeText(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(1)} MiB`;
}
