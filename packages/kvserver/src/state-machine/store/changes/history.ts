/**
 * The history: the recent changes as they are kept on disk beside the state, so that they survive a restart. Each write
 * of the state adds those that came since the last one, and drops rows whose changes memory no longer has. After a start
 * they are read in the background; a reader who needs them waits until then.
 * Rule: on disk as in memory, it has every change after a revision, and all changes of a revision or none.
 */
import type { ChangesSpan, RecentChanges } from './recent-changes.ts';

/** What a write of the state adds to the history and drops from it. */
export interface HistoryChanges extends ChangesSpan {
  /** What came up to this revision may be dropped. */
  readonly dropUntil: number;
}

export class History {
  readonly #recent: RecentChanges;
  /** Every change up to here was written, or is gone. */
  #written: number;
  #reading: Promise<void> | undefined;

  /** `revision`: that of the state on disk. `reading`: the changes that led to it, of which there are none if it fails. */
  constructor(recent: RecentChanges, revision: number, reading: Promise<ChangesSpan>) {
    this.#recent = recent;
    this.#written = revision;
    const ended = reading.then(
      (earlier) => this.#recent.addEarlier(earlier),
      () => {},
    );
    this.#reading = ended.finally(() => {
      this.#reading = undefined;
    });
  }

  /** Resolves when it is known whether the changes after a revision are there. `undefined`: it is known. */
  known(after: number): Promise<void> | undefined {
    return after < this.#recent.since ? this.#reading : undefined;
  }

  /** What the write of the state at `revision` adds and drops. */
  takeUnwritten(revision: number): HistoryChanges {
    const { since } = this.#recent;
    // Safety: a row that began before it would lack the changes that memory has dropped.
    const after = Math.max(this.#written, since);
    const changes = this.#recent.after(after);
    this.#written = revision;
    // What is still being read must be there at the next start too.
    const dropUntil = this.#reading === undefined ? since : 0;
    return { after, until: revision, changes, dropUntil };
  }
}
