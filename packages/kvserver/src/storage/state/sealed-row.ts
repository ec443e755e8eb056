/**
 * Rows as the database stores them, each with a checksum of its own: LevelDB can return a wrong value without
 * an error. The checksum covers the key as well, so that a row under a wrong key is noticed too.
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
