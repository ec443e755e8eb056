/**
 * Reads LevelDB's write-ahead logs with our own eyes before LevelDB does. It drops in silence
 * whatever does not check, and goes on; but only the last write before a crash can be torn, so
 * bytes that do not check with the beginning of another write behind them were damaged later.
 *
 * ```text
 *   log = blocks of 32 KiB; block = fragments of writes, then less than 7 bytes of nothing
 *   fragment = masked CRC-32C (4) │ length (2) │ type (1) │ data
 *   type = whole 1, first 2, middle 3, last 4
 *   the checksum covers type and data; numbers are little-endian
 * ```
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32c } from '../crc32c.ts';

const blockBytes = 32 * 1024;
const headerBytes = 7;
const lengthOffset = 4;
const typeOffset = 6;
const wholeType = 1;
const firstType = 2;
const lastType = 4;

/** A place where data is missing that had been written. */
export interface LogDamage {
  readonly file: string;
  /** In bytes. */
  readonly offset: number;
}

export function isLog(name: string): boolean {
  return /^\d+\.log$/.test(name);
}

/**
 * The first damage in these logs of a database directory, if any. Modifies nothing. An end that was
 * cut off cleanly, or damage to the very last fragment, looks like a torn write and is not
 * reported.
 */
export async function findLogDamage(
  directory: string,
  logs: readonly string[],
): Promise<LogDamage | undefined> {
  let suspect: LogDamage | undefined;
  for (const file of logs.toSorted((a, b) => numberOf(a) - numberOf(b))) {
    const { writeCount, badOffset, hasGap } = scanLog(await readFile(join(directory, file)));
    if (suspect !== undefined && writeCount > 0) return suspect;
    if (badOffset === undefined) continue;
    suspect ??= { file, offset: badOffset };
    if (hasGap) return suspect;
  }
  return undefined;
}

/** The number in the name of a log or a table. The highest log is the newest. */
export function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}

interface LogScan {
  /** How many writes begin with an intact fragment. */
  readonly writeCount: number;
  /** Where the first bytes are that are no intact fragment. */
  readonly badOffset: number | undefined;
  /** Whether another write begins behind them. */
  readonly hasGap: boolean;
}

/** After a bad byte each next one may begin a fragment: a damaged length must not hide the rest. */
export function scanLog(log: Buffer): LogScan {
  let writeCount = 0;
  let badOffset: number | undefined;
  let offset = 0;
  while (offset < log.length) {
    const left = blockBytes - (offset % blockBytes);
    const size = left < headerBytes ? left : fragmentBytes(log, offset, left);
    if (size === undefined) {
      badOffset ??= offset;
      offset += 1;
      continue;
    }
    if (left >= headerBytes && beginsWrite(log, offset)) {
      // Pages of one write reach the disk in any order, so its own later parts prove nothing.
      if (badOffset !== undefined) return { writeCount, badOffset, hasGap: true };
      writeCount += 1;
    }
    offset += size;
  }
  return { writeCount, badOffset, hasGap: false };
}

/** What was written to a log, in order, up to the first bytes that are not as they were written. */
export function* writesIn(log: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (let offset = 0; offset < log.length; ) {
    const left = blockBytes - (offset % blockBytes);
    const size = left < headerBytes ? left : fragmentBytes(log, offset, left);
    if (size === undefined) return;
    if (left >= headerBytes) {
      if (beginsWrite(log, offset)) parts = [];
      parts.push(log.subarray(offset + headerBytes, offset + size));
      if (endsWrite(log, offset)) yield Buffer.concat(parts);
    }
    offset += size;
  }
}

/** The size of the intact fragment at `offset`, with its header; `undefined` if there is none. */
function fragmentBytes(log: Buffer, offset: number, left: number): number | undefined {
  if (offset + headerBytes > log.length) return undefined;
  const size = headerBytes + log.readUInt16LE(offset + lengthOffset);
  const type = log.readUInt8(offset + typeOffset);
  if (type < 1 || type > lastType || size > left || offset + size > log.length) return undefined;
  const checked = log.subarray(offset + typeOffset, offset + size);
  return log.readUInt32LE(offset) === maskedCrc(checked) ? size : undefined;
}

/** Whether the fragment at `offset` is a whole write or the first part of one. */
function beginsWrite(log: Buffer, offset: number): boolean {
  return log.readUInt8(offset + typeOffset) <= firstType;
}

function endsWrite(log: Buffer, offset: number): boolean {
  return [wholeType, lastType].includes(log.readUInt8(offset + typeOffset));
}

/** LevelDB stores checksums turned and shifted, since data may itself contain checksums. */
export function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  const turned = (crc >>> 15) | (crc << 17);
  return (turned + 0xa282ead8) >>> 0;
}
