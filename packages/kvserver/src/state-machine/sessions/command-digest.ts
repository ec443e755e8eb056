/**
 * A short name for what a command says, so that another command under the same number is told apart.
 * It is there to find mistakes of clients, not to withstand people who look for a second command with
 * the same name.
 */
import { crc32 } from 'node:zlib';
import type { KeyCommand } from '../store/store.ts';

const tags = { get: 0, put: 1, append: 2, delete: 3 } as const;

/**
 * The same on every replica: a checksum over key and value in the lower 32 bits, and above it, up to
 * what a double holds exactly, the kind of the command and the lengths, of the value modulo 256.
 */
export function digestOf(command: KeyCommand): number {
  const value = 'value' in command ? command.value : undefined;
  const keySum = crc32(command.key);
  const sum = value === undefined ? keySum : crc32(value, keySum);
  const lengths = command.key.length * 256 + ((value?.length ?? 0) & 255);
  return (lengths * 4 + tags[command.type]) * 2 ** 32 + sum;
}
