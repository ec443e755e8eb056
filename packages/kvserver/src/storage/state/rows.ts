/**
 * The rows of the state database. LevelDB can return a wrong value without an error and lose a row unnoticed, so
 * each row has a checksum that covers its key as well, and the row of the position holds the number of all rows
 * and the sum of their checksums.
 */
import { crc32 } from 'node:zlib';
import {
  type Bytes,
  packInPieces,
  type Row,
  toBytes,
  toCount,
  toId128,
  toRow,
  unpack,
} from '@paxkv/protocol';
import { baseLevel } from '../../state-machine/features.ts';
import { StateError } from '../../state-machine/state-error.ts';
import { type Position, startPosition } from '../../state-machine/state-store.ts';

const sumBytes = 4;

export function seal(key: Bytes, row: Row): Bytes {
  return Buffer.concat(sealInPieces(key, row));
}

/** The bytes of `seal` in pieces. Large byte fields are pieces themselves: they are not copied. */
export function sealInPieces(key: Bytes, row: Row): readonly Bytes[] {
  const pieces = packInPieces(row);
  const sum = Buffer.allocUnsafe(sumBytes);
  sum.writeUInt32BE(pieces.reduce((before, piece) => crc32(piece, before), crc32(key)));
  return [sum, ...pieces];
}

/** The checksum of a sealed row. */
export function sumIn(sealed: Bytes): number {
  return new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength).getUint32(0);
}

/**
 * The packed content of a row.
 *
 * @throws StateError `STATE_DAMAGED` if the sum is wrong.
 */
export function bodyOf(key: Bytes, sealed: Bytes): Bytes {
  const body = sealed.subarray(sumBytes);
  if (sealed.length >= sumBytes && sumIn(sealed) === sumOf(key, body)) return body;
  throw damaged(key, new TypeError('The checksum is wrong.'));
}

/**
 * Opens a row and reads it with `parse`.
 *
 * @throws StateError `STATE_DAMAGED` if the sum is wrong, or if `parse` throws `TypeError`.
 */
export function unseal<T>(key: Bytes, sealed: Bytes, parse: (row: Row) => T): T {
  const body = bodyOf(key, sealed);
  try {
    return parse(unpack(body));
  } catch (cause) {
    throw cause instanceof StateError ? cause : damaged(key, cause);
  }
}

function damaged(key: Bytes, cause: unknown): StateError {
  const name = Buffer.from(key).toString('hex');
  return new StateError('STATE_DAMAGED', `The row at key ${name} is damaged.`, cause);
}

function sumOf(key: Bytes, body: Bytes): number {
  return crc32(body, crc32(key));
}

export interface StateChecksum {
  readonly count: number;
  /** The sum of the rows' checksums, modulo 2³². It does not depend on their order. */
  readonly sum: number;
}

export const emptyChecksum: StateChecksum = { count: 0, sum: 0 };

/** The checksum after one row was replaced; `undefined` stands for no row. */
export function checksumAfter(
  { count, sum }: StateChecksum,
  { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
): StateChecksum {
  return {
    count: count + (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1),
    sum: (sum + (after ?? 0) - (before ?? 0)) >>> 0,
  };
}

/** The checksum of the rows of both. */
export function sumOfChecksums(one: StateChecksum, other: StateChecksum): StateChecksum {
  return { count: one.count + other.count, sum: (one.sum + other.sum) >>> 0 };
}

export function isSameChecksum(one: StateChecksum, other: StateChecksum): boolean {
  return one.count === other.count && one.sum === other.sum;
}

export function fromChecksum({ count, sum }: StateChecksum): Row {
  return [count, sum];
}

/** @throws TypeError */
export function toChecksum([count, sum]: Row): StateChecksum {
  return { count: toCount(count), sum: toCount(sum) };
}

/**
 * What the log counts is below this in a state: far above what a cluster reaches in its lifetime, and as far below the
 * limits of messages and of exact integers, so that it can be counted on.
 */
export const stateCountMax: number = 2 ** 51;

/** The field as a number that the log counts, from `min` to {@link stateCountMax}. @throws TypeError */
export function toStateCount(field: unknown, min = 0): number {
  const count = toCount(field, min);
  if (count <= stateCountMax) return count;
  throw new TypeError(`Expected a whole number up to ${stateCountMax}.`);
}

/** A position with the checksum of all rows at that position. */
export interface VerifiedPosition {
  readonly position: Position;
  readonly checksum: StateChecksum;
}

/**
 * The formats of the whole state database. At the base level it is the format from before there were levels;
 * above it the position states the level, in a format that no version without levels opens.
 */
const baseFormat = 3;
const levelFormat = 4;

export function fromPosition({ position, checksum }: VerifiedPosition): Row {
  const { applied, revision, sessions, stateHash, featureLevel, incarnation } = position;
  const { next, uses } = sessions;
  const fields = [applied, revision, next, uses, stateHash, fromChecksum(checksum)];
  if (featureLevel === baseLevel) return [baseFormat, ...fields];
  const named = incarnation === undefined ? [] : [incarnation];
  return [levelFormat, ...fields, featureLevel, ...named];
}

/**
 * @throws TypeError
 * @throws StateError `STATE_UNKNOWN_FORMAT`
 */
export function toPosition(row: Row): VerifiedPosition {
  const [format, applied, revision, next, uses, stateHash, checksum, level, incarnation] = row;
  if (format !== baseFormat && format !== levelFormat) {
    throw new StateError(
      'STATE_UNKNOWN_FORMAT',
      `The state database has format ${String(format)}; this version reads ${baseFormat} and ${levelFormat}.`,
    );
  }
  const position = {
    applied: toStateCount(applied),
    revision: toStateCount(revision),
    sessions: { next: toStateCount(next, 1), uses: toStateCount(uses) },
    stateHash: toBytes(stateHash),
    featureLevel: format === baseFormat ? baseLevel : toCount(level, baseLevel + 1),
    incarnation: incarnation === undefined ? undefined : toId128(incarnation),
  };
  if (position.stateHash.length !== startPosition.stateHash.length) {
    throw new TypeError('The state hash has another length.');
  }
  // Each session that was opened was used by that.
  if (position.sessions.next > position.sessions.uses + 1) {
    throw new TypeError('More sessions were opened than used.');
  }
  return { position, checksum: toChecksum(toRow(checksum)) };
}
