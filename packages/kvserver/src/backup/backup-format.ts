/**
 * The format of a backup, version 1: docs/backup-format.md. A file of chunks, each with a checksum over itself and
 * everything before it, so that no chunk can be damaged, left out, doubled or moved unnoticed.
 *
 * ```text
 *   magic (8): "PAXKVBK" and the version of the format
 *   chunks:    kind (1) │ bytes of the payload (4) │ payload │ checksum (32)
 *              H   JSON: the header, once, first
 *              R   rows, in the order of their keys
 *              E   JSON: the totals, once, last
 * ```
 */
import { createHash } from 'node:crypto';
import { id128Schema } from '@paxkv/protocol';
import { z } from 'zod';
import type { StateRow } from '../storage/state/row-audit.ts';
import { BackupError } from './backup-error.ts';

export const magicBytes = 8;
const name = 'PAXKVBK';
const formatVersion = 1;

/** What a backup begins with. */
export const magic: Uint8Array = Buffer.concat([
  Buffer.from(name, 'latin1'),
  Buffer.of(formatVersion),
]);

/** @throws BackupError `BACKUP_UNKNOWN_FORMAT` */
export function expectMagic(bytes: Uint8Array): void {
  if (Buffer.from(bytes.subarray(0, name.length)).toString('latin1') !== name) {
    throw new BackupError('BACKUP_UNKNOWN_FORMAT', 'This is no backup of paxkv.');
  }
  const version = bytes[name.length];
  if (version === formatVersion) return;
  const message = `The backup has format ${version}; this version reads ${formatVersion}.`;
  throw new BackupError('BACKUP_UNKNOWN_FORMAT', message);
}

export const chunkKinds = { header: 0x48, rows: 0x52, end: 0x45 } as const;

export const chunkHeadBytes = 5;
export const checksumBytes = 32;
/**
 * A page of rows has a quarter of a mebibyte, and one more row; no row comes near to this. More would let a backup of
 * nothing but tiny rows, each of which takes many times its bytes in memory, end the process that reads it.
 */
export const payloadBytesMax = 4 * 1024 * 1024;

const count = z.int().min(0);

/** The first chunk: where the backup is from, and the position of the state in it. */
export interface BackupHeader {
  /** The name of the cluster, the number of its nodes, and the node that wrote the backup. */
  readonly cluster: string;
  readonly nodeCount: number;
  readonly node: number;
  /** The version of that server. */
  readonly version: string;
  /** When the backup began, by the clock of that server: ISO 8601. */
  readonly takenAt: string;
  /** `linearizable`: it has every write that was acknowledged before it began. */
  readonly consistency: 'linearizable' | 'serializable';
  readonly featureLevel: number;
  /** The incarnation of the cluster. Absent while it has none. */
  readonly incarnation?: string;
  /** The highest instance of the log in this state. */
  readonly applied: number;
  /** The revision of the store at that instance. */
  readonly revision: number;
  /** The number of entries and sessions together. */
  readonly rows: number;
}

export const headerSchema: z.ZodType<BackupHeader> = z.strictObject({
  cluster: z.string().min(1),
  nodeCount: z.int().min(1),
  node: count,
  version: z.string(),
  takenAt: z.iso.datetime(),
  consistency: z.enum(['linearizable', 'serializable']),
  featureLevel: z.int().min(1),
  incarnation: id128Schema.exactOptional(),
  applied: count,
  revision: count,
  rows: count,
});

/** The last chunk: what came before it. */
export interface BackupTotals {
  /** Chunks with rows. */
  readonly chunks: number;
  readonly entries: number;
  readonly sessions: number;
  /** Rows of any kind, the one with the position included. */
  readonly rows: number;
  /** Bytes of the keys and contents of those rows. */
  readonly bytes: number;
}

export const totalsSchema: z.ZodType<BackupTotals> = z.strictObject({
  chunks: count,
  entries: count,
  sessions: count,
  rows: z.int().min(1),
  bytes: count,
});

/** The checksums of the chunks of one backup, in order. */
export class ChecksumChain {
  #last: Uint8Array = createHash('sha256').update(magic).digest();

  /** The checksum of the next chunk. */
  next(head: Uint8Array, payload: Uint8Array): Uint8Array {
    this.#last = createHash('sha256').update(this.#last).update(head).update(payload).digest();
    return this.#last;
  }
}

/** The kind of a chunk and the bytes of its payload. */
export function encodeHead(kind: number, payload: Uint8Array): Uint8Array {
  const head = Buffer.alloc(chunkHeadBytes);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(payload.length, 1);
  return head;
}

/** Each row as the length of its key, its key, the length of its content, and its content. */
export function encodeRows(rows: readonly StateRow[]): Uint8Array {
  return Buffer.concat(rows.flatMap(([key, row]) => [lengthOf(key), key, lengthOf(row), row]));
}

/** The rows are views of `payload`. @throws RangeError if the lengths do not add up. */
export function decodeRows(payload: Uint8Array): StateRow[] {
  const view = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  let offset = 0;
  const take = (): Uint8Array => {
    const start = offset + lengthBytes;
    const end = start + view.readUInt32BE(offset);
    if (end > view.length) throw new RangeError('a row ends behind its chunk');
    offset = end;
    return view.subarray(start, end);
  };
  const rows: StateRow[] = [];
  while (offset < view.length) rows.push([take(), take()]);
  return rows;
}

const lengthBytes = 4;

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  return length;
}
