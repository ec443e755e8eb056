/**
 * The envelope of every journal record: the checksum of the record before it, the payload, and a checksum
 * over its owner, its key and both. It reveals a record that was changed, moved, dropped or copied from
 * another node, whatever the database below reports.
 *
 * ```text
 *   previous (16 bytes) │ payload │ checksum (16 bytes)
 * ```
 */
import { createHash } from 'node:crypto';

const checksumBytes = 16;

/** The first half of a SHA-256. */
export type Checksum = Uint8Array;

/** Takes the place of the checksum before the first record. */
export const noChecksum: Checksum = new Uint8Array(checksumBytes);

/** Identifies a record: its owner, and its key in the journal. */
export interface RecordId {
  readonly owner: string;
  readonly key: Uint8Array;
}

export interface SealedRecord {
  readonly bytes: Uint8Array;
  readonly checksum: Checksum;
}

export interface OpenedRecord {
  readonly previous: Checksum;
  readonly payload: Uint8Array;
  readonly checksum: Checksum;
}

export function sealRecord(id: RecordId, previous: Checksum, payload: Uint8Array): SealedRecord {
  const body = Buffer.concat([previous, payload]);
  const checksum = checksumOf(id, body);
  return { bytes: Buffer.concat([body, checksum]), checksum };
}

/** @throws Error unless the record is, to the bit, what was sealed under this id. */
export function openRecord(id: RecordId, bytes: Uint8Array): OpenedRecord {
  const bodyBytes = bytes.byteLength - checksumBytes;
  if (bodyBytes < checksumBytes) throw new Error(`it has only ${bytes.byteLength} bytes`);
  const body = bytes.subarray(0, bodyBytes);
  const checksum = bytes.subarray(bodyBytes);
  if (!isSameChecksum(checksum, checksumOf(id, body))) {
    throw new Error('its checksum does not match its content');
  }
  return {
    previous: body.subarray(0, checksumBytes),
    payload: body.subarray(checksumBytes),
    checksum,
  };
}

export function isSameChecksum(a: Checksum, b: Checksum): boolean {
  return Buffer.compare(a, b) === 0;
}

function checksumOf({ owner, key }: RecordId, body: Uint8Array): Checksum {
  const hash = createHash('sha256').update(`${owner}\n`).update(key).update(body);
  return hash.digest().subarray(0, checksumBytes);
}
