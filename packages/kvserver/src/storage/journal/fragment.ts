/**
 * A fragment: a record, or as much of one as fits into its segment. Its header names the segment and the
 * fragment before it, so no bytes of a former use of the file, of another place or of another past are
 * taken for it.
 *
 * ```text
 *   checksum (4) │ payload bytes (4) │ checksum of the fragment before (4) │ kind (1) │ part (1) │ 0 (2)
 *   segment sequence (6) │ 0 (2) │ index (6) │ 0 (2) │ payload │ zeros up to a multiple of 8
 * ```
 */
import { crc32c } from '../crc32c.ts';

export const fragmentHeaderBytes = 32;
const alignment = 8;

/** Bits of a fragment's `part`. A whole record is both. */
export const firstPart = 1;
export const lastPart = 2;

export interface FragmentHeader {
  /** The kind of the record, 1 to 255. Its user gives it a meaning. */
  readonly kind: number;
  /** `firstPart`, `lastPart`, both or, in the middle of a record, 0. */
  readonly part: number;
  /** The sequence of its segment. */
  readonly sequence: number;
  /** Counts fragments, from 1, over all segments. */
  readonly index: number;
  /** The checksum of the fragment before it. */
  readonly previous: number;
}

export interface SealedFragment {
  readonly pieces: readonly Uint8Array[];
  readonly checksum: number;
  /** The size on disk, with header and padding. */
  readonly bytes: number;
}

const padding = new Uint8Array(alignment);

/** The size on disk of a fragment, with header and padding. */
export function fragmentBytes(payloadBytes: number): number {
  return Math.ceil((fragmentHeaderBytes + payloadBytes) / alignment) * alignment;
}

/** `seed`: the checksum of the owner's name. The fragment does not open with another seed. */
export function sealFragment(
  header: FragmentHeader,
  payload: readonly Uint8Array[],
  seed: number,
): SealedFragment {
  const payloadBytes = payload.reduce((sum, { length }) => sum + length, 0);
  const head = Buffer.alloc(fragmentHeaderBytes);
  head.writeUInt32LE(payloadBytes, 4);
  head.writeUInt32LE(header.previous, 8);
  head.writeUInt8(header.kind, 12);
  head.writeUInt8(header.part, 13);
  head.writeUIntLE(header.sequence, 16, 6);
  head.writeUIntLE(header.index, 24, 6);
  let checksum = crc32c(head.subarray(4), seed);
  for (const piece of payload) checksum = crc32c(piece, checksum);
  head.writeUInt32LE(checksum, 0);
  const bytes = fragmentBytes(payloadBytes);
  const rest = padding.subarray(0, bytes - fragmentHeaderBytes - payloadBytes);
  return { pieces: [head, ...payload, ...(rest.length > 0 ? [rest] : [])], checksum, bytes };
}

/** Reads a header without verifying it. `bytes`: at least `fragmentHeaderBytes`. */
export function parseFragmentHeader(bytes: Buffer): FragmentHeader & { payloadBytes: number } {
  return {
    payloadBytes: bytes.readUInt32LE(4),
    previous: bytes.readUInt32LE(8),
    kind: bytes.readUInt8(12),
    part: bytes.readUInt8(13),
    sequence: bytes.readUIntLE(16, 6),
    index: bytes.readUIntLE(24, 6),
  };
}

/** Verifies a header and its payload. Gives back their checksum, or `undefined` if a bit differs. */
export function openFragment(bytes: Buffer, seed: number): number | undefined {
  const checksum = crc32c(bytes.subarray(4), seed);
  return bytes.readUInt32LE(0) === checksum ? checksum : undefined;
}

/** Cuts up to `length` bytes from `offset` on out of the pieces, without copying. */
export function slicePieces(
  pieces: readonly Uint8Array[],
  offset: number,
  length: number,
): Uint8Array[] {
  const slices: Uint8Array[] = [];
  let skip = offset;
  let left = length;
  for (const piece of pieces) {
    const slice = piece.subarray(skip, skip + left);
    skip = Math.max(0, skip - piece.length);
    left -= slice.length;
    if (slice.length > 0) slices.push(slice);
  }
  return slices;
}
