/**
 * Verifies LevelDB's table files. LevelDB does not verify the checksums of blocks, so a damaged table may make it
 * return wrong values, omit rows or end the whole process.
 *
 * ```text
 *   table = blocks, then a footer of 48 bytes
 *   block = content │ compression (1) │ masked CRC-32C of both (4); a handle is its offset and size
 *   footer = handle of the meta index │ handle of the index │ zeros │ magic (8)
 *   index = entries of key and handle, sorted by key; each key omits the prefix that it shares with the last
 * ```
 */
import { readFile } from 'node:fs/promises';
import { maskedCrc } from './leveldb-log.ts';
import { unpackSnappy } from './snappy.ts';
import { readVarint } from './varint.ts';

const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;
const magicBytes = 8;
const trailerBytes = 5;
const packings = { none: 0, snappy: 1 } as const;
const restartBytes = 4;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

export function isTable(name: string): boolean {
  return /^\d+\.(?:ldb|sst)$/.test(name);
}

/** What is wrong with a table file, in a few words; `undefined` if every block is intact. */
export async function findTableDamage(path: string): Promise<string | undefined> {
  return damageIn(await readFile(path));
}

export function damageIn(table: Buffer): string | undefined {
  try {
    for (const handle of handlesInFooter(table)) {
      for (const block of handlesIn(contentAt(table, handle))) verifiedAt(table, block);
    }
    return undefined;
  } catch (cause) {
    if (cause instanceof RangeError) return cause.message;
    throw cause;
  }
}

/** @throws RangeError */
function handlesInFooter(table: Buffer): Handle[] {
  const start = table.length - footerBytes;
  if (start < 0) throw new RangeError('the file is too short');
  if (table.readBigUInt64LE(table.length - magicBytes) !== magic) {
    throw new RangeError('the footer is not that of a table');
  }
  const special = readHandle(table, start);
  const index = readHandle(table, special.next);
  return [special.handle, index.handle];
}

/** The handles in an index block. @throws RangeError */
function* handlesIn(block: Buffer): Generator<Handle> {
  const restartCount = block.readUInt32LE(block.length - restartBytes);
  const end = block.length - restartBytes * (1 + restartCount);
  let at = 0;
  while (at < end) {
    const shared = readVarint(block, at);
    const own = readVarint(block, shared.next);
    const size = readVarint(block, own.next);
    const valueAt = size.next + own.value;
    yield readHandle(block, valueAt).handle;
    at = valueAt + size.value;
  }
}

function readHandle(bytes: Buffer, at: number): { handle: Handle; next: number } {
  const offset = readVarint(bytes, at);
  const size = readVarint(bytes, offset.next);
  return { handle: { offset: offset.value, size: size.value }, next: size.next };
}

/** The content of a block, verified and decompressed. @throws RangeError */
function contentAt(table: Buffer, handle: Handle): Buffer {
  const { packing, stored } = verifiedAt(table, handle);
  return packing === packings.snappy ? unpackSnappy(stored) : stored;
}

interface Block {
  readonly packing: number;
  /** The content as it is stored. */
  readonly stored: Buffer;
}

/** @throws RangeError if the block is damaged. */
function verifiedAt(table: Buffer, { offset, size }: Handle): Block {
  const end = offset + size;
  if (end + trailerBytes > table.length)
    throw new RangeError(`the block at byte ${offset} extends beyond the file`);
  const sum = table.readUInt32LE(end + 1);
  if (sum !== maskedCrc(table.subarray(offset, end + 1))) {
    throw new RangeError(`the block at byte ${offset} is damaged`);
  }
  const packing = table.readUInt8(end);
  if (packing !== packings.none && packing !== packings.snappy) {
    throw new RangeError(`the block at byte ${offset} has an unknown compression`);
  }
  return { packing, stored: table.subarray(offset, end) };
}
