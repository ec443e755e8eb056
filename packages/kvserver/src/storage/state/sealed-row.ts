/**
 * Rows as they lie in the database, each under a checksum of its own: LevelDB can give back a wrong
 * value without a word. The sum covers the key as well, so a row in another's place is found too.
 */
import { crc32 } from 'node:zlib';
import type { Bytes } from '@paxkv/protocol';
import { pack, type Row, unpack } from '@paxkv/protocol';
import { StateError } from '../../state-machine/state-error.ts';

const sumBytes = 4;

export function seal(key: Bytes, row: Row): Bytes {
  const body = pack(row);
  const sealed = Buffer.allocUnsafe(sumBytes + body.length);
  sealed.writeUInt32BE(sumOf(key, body));
  sealed.set(body, sumBytes);
  return sealed;
}

/** The checksum of a sealed row. */
export function sumIn(sealed: Bytes): number {
  return new DataView(sealed.buffer, sealed.byteOffset, sealed.byteLength).getUint32(0);
}

/**
 * What is in a row, still packed.
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
