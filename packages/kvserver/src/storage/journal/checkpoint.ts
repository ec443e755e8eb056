/**
 * A checkpoint: everything in the records before `from` that is still needed, except votes, which are written
 * again as they are. Once it is durable, all segments before `from` may go.
 */
import { Packr } from 'msgpackr';
import { decodeWrites, encodeWrites, type JournalWrite, parseInteger } from './record-codec.ts';

export interface Checkpoint {
  /** The index of the first fragment that is still needed. */
  readonly from: number;
  /** The index of the last write before it. */
  readonly writeIndex: number;
  /** Every instance below is forgotten. */
  readonly min: number;
  /** The highest round reserved. */
  readonly round: number;
  /** The latest write of each type that concerns incarnations or the whole log. */
  readonly retained: readonly JournalWrite[];
}

/** Stands for a journal without any checkpoint. */
export const noCheckpoint: Checkpoint = { from: 1, writeIndex: 0, min: 0, round: 0, retained: [] };

const packr = new Packr({ useRecords: false });

export function encodeCheckpoint({
  from,
  writeIndex,
  min,
  round,
  retained,
}: Checkpoint): Uint8Array {
  return packr.pack([from, writeIndex, min, round, encodeWrites(retained)]);
}

/** @throws Error if the bytes are not a checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const [from, writeIndex, min, round, retained] = packr.unpack(bytes);
  return {
    from: parseInteger('from', from, { min: 1 }),
    writeIndex: parseInteger('writeIndex', writeIndex),
    min: parseInteger('min', min),
    round: parseInteger('round', round),
    retained: decodeWrites(retained),
  };
}
