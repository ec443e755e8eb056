/**
 * A short name for what a command says, so that another command under the same number is told apart.
 * It is there to find mistakes of clients, not to withstand people who look for a second command with
 * the same name.
 */
import { crc32 } from 'node:zlib';
import { commandToRow, pack, type Row, specOf, toBytes } from '@paxkv/protocol';
import type { KeyCommand } from '../store/commands/effect.ts';

/** Commands up to this tag, which have a key and perhaps a value, keep the form that sessions on disks hold. */
const firstFormTagMax = 3;
/** Above the upper part of every digest of the first form: a key has at most 1024 bytes. */
const secondFormBase = 2 ** 20 + 2 ** 19;

/**
 * The same on every replica: a checksum over every field of the command in the lower 32 bits, and above it,
 * up to what a double holds exactly, the tag and as much of the lengths as there is room for.
 */
export function digestOf(command: KeyCommand): number {
  const { tag } = specOf(command.type);
  const row = commandToRow(command);
  return tag <= firstFormTagMax ? firstForm(tag, row) : secondForm(tag, row);
}

/** The lengths are those of the key and, modulo 256, of the value. */
function firstForm(tag: number, [, key, value]: Row): number {
  const keyBytes = toBytes(key);
  const valueBytes = value === undefined ? undefined : toBytes(value);
  const keySum = crc32(keyBytes);
  const sum = valueBytes === undefined ? keySum : crc32(valueBytes, keySum);
  const lengths = keyBytes.length * 256 + ((valueBytes?.length ?? 0) & 255);
  return (lengths * 4 + tag) * 2 ** 32 + sum;
}

/** The length is that of all fields together, modulo 2048. */
function secondForm(tag: number, row: Row): number {
  const packed = pack(row);
  return (secondFormBase + tag * 2048 + (packed.length & 2047)) * 2 ** 32 + crc32(packed);
}
