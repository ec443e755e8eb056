/** Gathers the writes of a journal while its records are read, so that opening and loading it take one reading. */
import type { Checkpoint } from './checkpoint.ts';
import type { JournalWrite } from './record-codec.ts';
import type { WriteGroup } from './record-payload.ts';

/** What is still needed: all from the last checkpoint on, above `min`. */
export interface StillNeeded {
  readonly checkpoint: Checkpoint;
  readonly live: { readonly min: number };
}

interface Found {
  /** The index of the first fragment of its record. */
  readonly index: number;
  readonly group: WriteGroup;
}

export class RememberedWrites {
  #found: Found[] = [];

  /** Takes the next group, or a copy of one, of the record at `index`. */
  add(index: number, group: WriteGroup): void {
    this.#found.push({ index, group });
  }

  /** Frees what a checkpoint has made superfluous. */
  trim({ checkpoint }: Pick<StillNeeded, 'checkpoint'>): void {
    this.#found = this.#found.filter(({ index }) => index >= checkpoint.from);
  }

  /** All writes that are still needed, in the order in which they were made. */
  inOrder({ checkpoint, live }: StillNeeded): JournalWrite[] {
    const byIndex = new Map<number, readonly JournalWrite[]>();
    for (const { index, group } of this.#found) {
      // Safety: a copy has only votes. The rest is in a checkpoint, which a crash may have prevented.
      if (index < checkpoint.from || byIndex.has(group.writeIndex)) continue;
      const isNeeded = (write: JournalWrite) => !('seq' in write) || write.seq >= live.min;
      byIndex.set(group.writeIndex, group.writes.filter(isNeeded));
    }
    const writes: JournalWrite[] = [...checkpoint.retained];
    if (checkpoint.round > 0) writes.push({ type: 'reserved', round: checkpoint.round });
    if (checkpoint.min > 0) writes.push({ type: 'forgotten', min: checkpoint.min });
    // Groups that were moved stand behind later ones.
    for (const [, group] of [...byIndex].sort(([a], [b]) => a - b)) writes.push(...group);
    return writes;
  }
}
