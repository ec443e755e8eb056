/**
 * Gives disk back. Segments at the front without live groups go as they are. Where live groups stand before
 * much that is dead, they are first written again at the end. A durable checkpoint comes before any segment
 * goes.
 *
 * The bound: the disk holds at most twice the live log and one segment, where the live log counts in whole
 * segments. An idle journal holds two segments if its live log fits into half of one. A record larger than a
 * segment is on the disk twice while it is written again.
 */
import { encodeCheckpoint } from './checkpoint.ts';
import type { JournalMemory } from './journal-memory.ts';
import {
  encodeGroup,
  groupsIn,
  joinGroups,
  payloadBytesOf,
  recordKinds,
  type WriteGroup,
} from './record-payload.ts';
import type { SegmentedLog } from './segmented-log.ts';

/** Groups are moved in batches of about so many bytes, with one flush each. */
const movedBytesMax = 1024 * 1024;
/** An idle journal is gathered into one segment if its live log fills at most this share of it. */
const idleShareMax = 0.5;
/** The next segment is prepared when this share of the last one is written. */
const preparedFill = 0.5;

export class Checkpointer {
  readonly #log: SegmentedLog;
  readonly #memory: JournalMemory;

  constructor(log: SegmentedLog, memory: JournalMemory) {
    this.#log = log;
    this.#memory = memory;
  }

  /** Tells whether `run` would do anything. Cheap, since it is asked after each write. */
  get isDue(): boolean {
    return this.#deadCount() > 0 || this.#log.sequences.length > this.#usedMax;
  }

  /** Tells whether `gather` would do anything. */
  get isScattered(): boolean {
    const share = this.#memory.liveBytes / this.#log.capacity;
    return this.#log.sequences.length > 1 && share <= idleShareMax;
  }

  /** Drops what is dead, and goes on until the bound is kept. @throws Error of the log. */
  async run(): Promise<void> {
    // Once the last segment of now is the first one, every live group was written again.
    const [end = 0] = this.#log.sequences.slice(-1);
    while (this.isDue && (this.#log.sequences[0] ?? end) < end) await this.#dropFront();
  }

  /** Moves all that is alive into one segment. @throws Error of the log. */
  async gather(): Promise<void> {
    for (let count = this.#log.sequences.length + 1; count > 0 && this.isScattered; count -= 1) {
      await this.#dropFront();
    }
  }

  /** Begins to prepare the next segment once the last one is half full, within the bound. */
  prepareNext(): void {
    const total = this.#log.sequences.length + 1;
    if (this.#log.fill >= preparedFill && total <= 2 * this.#liveSegments + 1) {
      this.#log.prepareNext();
    }
  }

  /** The live log in whole segments, at least one. */
  get #liveSegments(): number {
    return Math.max(1, Math.ceil(this.#memory.liveBytes / this.#log.capacity));
  }

  /**
   * The number of segments that may be in use. The next write may begin one more, and so may moving live
   * groups; the bound has room for both. With a live log of one segment the move fits into the one just begun.
   */
  get #usedMax(): number {
    return Math.max(2, 2 * this.#liveSegments - 1);
  }

  /** The number of segments at the front without live groups. */
  #deadCount(): number {
    const before = this.#log.sequences.slice(0, -1);
    const live = before.findIndex((sequence) => this.#memory.live.bytesIn(sequence) > 0);
    return live === -1 ? before.length : live;
  }

  async #dropFront(): Promise<void> {
    const { sequences } = this.#log;
    const count = Math.max(1, this.#deadCount());
    const last = sequences[count - 1];
    const next = sequences[count];
    if (last === undefined || next === undefined) return;
    if (this.#memory.live.bytesIn(last) > 0) await this.#move(last);
    const checkpoint = this.#memory.checkpointFrom(this.#log.firstIndexOf(next));
    const { bytes } = await this.#log.append(recordKinds.checkpoint, [
      encodeCheckpoint(checkpoint),
    ]);
    this.#memory.addCheckpoint(checkpoint, bytes);
    this.#log.dropBefore(next);
  }

  /** Writes again what is alive in the segments up to `last`. */
  async #move(last: number): Promise<void> {
    const batchBytesMax = Math.min(movedBytesMax, this.#log.capacity / 2);
    let batch: MovedGroup[] = [];
    let batchBytes = 0;
    for (const moved of await this.#liveGroups(last)) {
      if (batch.length > 0 && batchBytes + moved.bytes > batchBytesMax) {
        await this.#append(batch);
        batch = [];
        batchBytes = 0;
      }
      batch.push(moved);
      batchBytes += moved.bytes;
    }
    await this.#append(batch);
  }

  async #append(batch: readonly MovedGroup[]): Promise<void> {
    const payload = batch.flatMap(({ pieces }) => pieces);
    const { sequence } = await this.#log.append(recordKinds.moved, payload);
    for (const { group, bytes } of batch) this.#memory.addMoved(group, sequence, bytes);
  }

  async #liveGroups(last: number): Promise<MovedGroup[]> {
    const { live } = this.#memory;
    const moved: MovedGroup[] = [];
    await this.#log.read(last, ({ kind, sequence, payload }) => {
      if (kind === recordKinds.checkpoint) return;
      for (const { writeIndex, writes } of groupsIn(kind, payload)) {
        if (!live.isIn(sequence, writeIndex)) continue;
        const alive = writes.filter((write) => 'seq' in write && write.seq >= live.min);
        const pieces = joinGroups([encodeGroup({ writeIndex, writes: alive })]);
        moved.push({ group: { writeIndex, writes: alive }, pieces, bytes: payloadBytesOf(pieces) });
      }
    });
    return moved;
  }
}

/** A live group that is to be written again. */
interface MovedGroup {
  readonly group: WriteGroup;
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}
