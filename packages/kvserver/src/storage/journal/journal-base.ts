/**
 * Where the journal begins. Turns that only speak of forgotten instances are dropped from its
 * front; the base keeps what must outlive them, and joins the chain where it was cut.
 */
import { Packr } from 'msgpackr';
import { type Checksum, noChecksum, openRecord, sealRecord } from './sealed-record.ts';
import { baseKey } from './turn-key.ts';
import { decodeWrites, encodeWrites, type JournalWrite, parseInteger } from './turn-writes.ts';

export interface JournalBase {
  /** The lowest turn kept. */
  readonly firstIndex: number;
  /** The checksum of the turn before it. */
  readonly previous: Checksum;
  /** The turn written in one batch with this base: the journal reaches at least so far. */
  readonly writtenAt: number;
  /** Every instance below is forgotten. */
  readonly min: number;
  /** The highest round reserved. */
  readonly round: number;
  /** The latest write of each kind that is about lives or the whole log. */
  readonly retained: readonly JournalWrite[];
}

/** The base of a journal without any turn. */
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
  const [firstTurn, writtenAt, min, round, lives] = packr.unpack(payload);
  return {
    firstIndex: parseInteger('firstTurn', firstTurn, { min: 1 }),
    previous,
    writtenAt: parseInteger('writtenAt', writtenAt),
    min: parseInteger('min', min),
    round: parseInteger('round', round),
    retained: decodeWrites(lives),
  };
}
