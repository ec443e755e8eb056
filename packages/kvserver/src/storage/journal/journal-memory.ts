/**
 * The part of the journal's records that it keeps in memory: the write index, what a checkpoint must say,
 * and the places of live groups. Opening a journal builds it up record by record, as writing does.
 */

import { type Checkpoint, decodeCheckpoint, noCheckpoint } from './checkpoint.ts';
import { fragmentHeaderBytes } from './fragment.ts';
import { LiveWrites } from './live-writes.ts';
import type { JournalWrite } from './record-codec.ts';
import { groupsIn, recordKinds, type WriteGroup } from './record-payload.ts';
import type { LogRecord } from './record-reader.ts';
import { RememberedWrites } from './remembered-writes.ts';

export class JournalMemory {
  readonly live = new LiveWrites();
  #writeIndex = 0;
  #round = 0;
  /** The latest write of each type that concerns incarnations or the whole log. */
  readonly #retained = new Map<JournalWrite['type'], JournalWrite>();
  #checkpoint: Checkpoint = noCheckpoint;
  #checkpointBytes = 0;

  /** The index of the last write, or 0. */
  get writeIndex(): number {
    return this.#writeIndex;
  }

  /** The last checkpoint. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** The size on disk of the live groups and the last checkpoint, in bytes. */
  get liveBytes(): number {
    return this.live.bytes + this.#checkpointBytes;
  }

  /** Makes a checkpoint of now. */
  checkpointFrom(from: number): Checkpoint {
    return {
      from,
      writeIndex: this.#writeIndex,
      min: this.live.min,
      round: this.#round,
      retained: [...this.#retained.values()],
    };
  }

  /** Takes in a record that was read, and gathers its writes. @throws Error if it is no record of a journal, or out of order. */
  addRecord(
    { kind, index, payload, sequence, bytes }: LogRecord,
    writes = new RememberedWrites(),
  ): void {
    switch (kind) {
      case recordKinds.group:
        for (const group of groupsIn(kind, payload)) {
          this.addGroup(group, sequence, bytes);
          writes.add(index, group);
        }
        return;
      case recordKinds.moved:
        for (const group of groupsIn(kind, payload)) {
          this.addMoved(group, sequence, group.bytes);
          writes.add(index, group);
        }
        return;
      case recordKinds.checkpoint:
        this.addCheckpoint(decodeCheckpoint(payload), bytes);
        writes.trim(this);
        return;
      default:
        throw new TypeError(`there is no record of kind ${kind}`);
    }
  }

  /** Takes in the next group. `bytes`: the size of its record on disk. */
  addGroup({ writeIndex, writes }: WriteGroup, sequence: number, bytes: number): void {
    if (this.#writeIndex > 0 && writeIndex !== this.#writeIndex + 1) {
      throw new RangeError(`write ${writeIndex} follows write ${this.#writeIndex}`);
    }
    this.#writeIndex = writeIndex;
    for (const write of writes) {
      if (write.type === 'reserved') this.#round = Math.max(this.#round, write.round);
      else if (write.type === 'forgotten') this.live.forgetBelow(write.min);
      else if (!('seq' in write)) this.#retained.set(write.type, write);
    }
    this.live.put({ writeIndex, sequence, bytes, seqMax: highestSeqIn(writes) });
  }

  /** Takes in a copy of a group's live writes. `bytes`: the size of its payload. */
  addMoved({ writeIndex, writes }: WriteGroup, sequence: number, bytes: number): void {
    const seqMax = highestSeqIn(writes);
    this.live.put({ writeIndex, sequence, bytes: bytes + fragmentHeaderBytes, seqMax });
  }

  addCheckpoint(checkpoint: Checkpoint, bytes: number): void {
    if (this.#writeIndex > 0 && checkpoint.writeIndex !== this.#writeIndex) {
      throw new RangeError(
        `a checkpoint at write ${checkpoint.writeIndex} follows write ${this.#writeIndex}`,
      );
    }
    this.#writeIndex = checkpoint.writeIndex;
    this.#round = Math.max(this.#round, checkpoint.round);
    this.live.forgetBelow(checkpoint.min);
    for (const write of checkpoint.retained) this.#retained.set(write.type, write);
    this.#checkpoint = checkpoint;
    this.#checkpointBytes = bytes;
  }
}

/** The highest instance that a write mentions, or −1. */
export function highestSeqIn(writes: readonly JournalWrite[]): number {
  return writes.reduce((seq, write) => ('seq' in write ? Math.max(seq, write.seq) : seq), -1);
}
