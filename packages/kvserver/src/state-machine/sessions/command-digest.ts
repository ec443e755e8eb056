/**
 * A digest of a command, by which a session notices another command under the same request number.
 * It detects mistakes of clients. It is no protection against deliberate collisions.
 */
import { crc32 } from 'node:zlib';
import { commandToRow, pack, type Row, specOf, toBytes } from '@paxkv/protocol';
import type { StoreCommand } from '../store/commands/effect.ts';

/** Commands up to this tag have a key and at most a value. Sessions on disk hold their digests in this form. */
const firstFormTagMax = 3;
/** Greater than the upper part of every digest of the first form, since a key has at most 1024 bytes. */
const secondFormBase = 2 ** 20 + 2 ** 19;

/**
 * Equal on all replicas. The lower 32 bits are a checksum over all fields of the command. The bits above,
 * up to the 53 that a double holds exactly, are its tag and part of the lengths of its fields.
 */
export function digestOf(command: StoreCommand): number {
  const { tag } = specOf(command.type);
  const row = commandToRow(command);
  return tag <= firstFormTagMax ? firstForm(tag, row) : secondForm(tag, row);
}

/** Has the lengths of the key and, modulo 256, of the value. */
function firstForm(tag: number, [, key, value]: Row): number {
  const keyBytes = toBytes(key);
  const valueBytes = value === undefined ? undefined : toBytes(value);
  const keySum = crc32(keyBytes);
  const sum = valueBytes === undefined ? keySum : crc32(valueBytes, keySum);
  const lengths = keyBytes.length * 256 + ((valueBytes?.length ?? 0) & 255);
  return (lengths * 4 + tag) * 2 ** 32 + sum;
}

/** Has the length of all fields together, modulo 2048. */
function secondForm(tag: number, row: Row): number {
  const packed = pack(row);
  return (secondFormBase + tag * 2048 + (packed.length & 2047)) * 2 ** 32 + crc32(packed);
}
