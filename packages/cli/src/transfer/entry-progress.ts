/** Reports how many entries were transferred so far, less and less often. */

import type { Streams } from '../streams.ts';

const firstNoteMs = 2000;
const noteMsMax = 60_000;

export class EntryProgress {
  readonly #note: (line: string) => void;
  readonly #now: () => number;
  #count = 0;
  #nextMs: number;
  #waitMs = firstNoteMs;

  constructor(note: (line: string) => void, now: () => number = () => performance.now()) {
    this.#note = note;
    this.#now = now;
    this.#nextMs = now() + firstNoteMs;
  }

  /** The entries that were transferred. */
  get count(): number {
    return this.#count;
  }

  /** So many more were transferred. */
  add(count: number): void {
    this.#count += count;
    const now = this.#now();
    if (now < this.#nextMs) return;
    this.#waitMs = Math.min(noteMsMax, 2 * this.#waitMs);
    this.#nextMs = now + this.#waitMs;
    this.#note(`${this.#count} entries so far`);
  }
}

/** Progress that is reported on standard error, unless `quiet`. */
export function progressOf(
  { quiet = false }: { readonly quiet?: boolean },
  streams: Pick<Streams, 'note'>,
): EntryProgress {
  return new EntryProgress((line) => {
    if (!quiet) streams.note(line);
  });
}
