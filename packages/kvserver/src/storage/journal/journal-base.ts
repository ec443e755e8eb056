/**
 * The base of the journal: where it begins. Records that only concern forgotten instances are dropped from
 * the front. The base keeps what must outlive them, and the checksum at which the chain was cut.
 */
import { Packr } from 'msgpackr';
import { decodeWrites, encodeWrites, type JournalWrite, parseInteger } from './record-codec.ts';
import { baseKey } from './record-key.ts';
import { type Checksum, noChecksum, openRecord, sealRecord } from './sealed-record.ts';

export interface JournalBase {
  /** The write index of the first record kept. */
  readonly firstIndex: number;
  /** The checksum of the record before it. */
  readonly previous: Checksum;
  /** The write index of the record written together with this base: the journal reaches at least this far. */
  readonly writtenAt: number;
  /** Every instance below this one is forgotten. */
  readonly min: number;
  /** The highest round reserved. */
  readonly round: number;
  /** The latest write of each type that concerns incarnations or the whole log. */
  readonly retained: readonly JournalWrite[];
}

/** The base of a journal without records. */
export const newBase: JournalBase = {
  firstIndex: 1,
  previous: noChecksum,
  writtenAt: 0,
  min: 0,
  round: 0,
  retained: [],
};

const packr = new Packr({ useRecords: false });

export function encodeBase(owner: string, base: JournalBase): Uint8Array {
  const payload = packr.pack([
    base.firstIndex,
    base.writtenAt,
    base.min,
    base.round,
    encodeWrites(base.retained),
  ]);
  return sealRecord({ owner, key: baseKey }, base.previous, payload).bytes;
}

/** @throws Error if the bytes are not a base. */
export function decodeBase(owner: string, bytes: Uint8Array): JournalBase {
  const { previous, payload } = openRecord({ owner, key: baseKey }, bytes);
  const [firstIndex, writtenAt, min, round, retained] = packr.unpack(payload);
  return {
    firstIndex: parseInteger('firstIndex', firstIndex, { min: 1 }),
    previous,
    writtenAt: parseInteger('writtenAt', writtenAt),
    min: parseInteger('min', min),
    round: parseInteger('round', round),
    retained: decodeWrites(retained),
  };
}
