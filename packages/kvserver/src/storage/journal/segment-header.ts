/** The header of a segment: it names the owner, the segment and its place in the chain. */
import { crc32c } from '../crc32c.ts';

/** One more for each change that older code would misread. */
export const walFormat = 1;

const magic = 'PAXKVWAL';
const fixedBytes = 56;
/** Room for any owner's name: a cluster id of 64 characters and a node id. */
export const headerBytesMax = 512;
const crcOffset = 12;
const states = ['spare', 'used'] as const;
/** The checksum of the header, the state, the first index and the checksum before it: from and to. */
const changingFields = [
  [crcOffset, crcOffset + 4],
  [20, 21],
  [32, 38],
  [48, 52],
] as const;

export interface SegmentHeader {
  /** A spare has no fragments yet. The bytes behind its header are left from a former use. */
  readonly state: (typeof states)[number];
  readonly owner: string;
  /** Counts segments, from 1. The file is named after it. */
  readonly sequence: number;
  /** The index of the first fragment; 0 in a spare. */
  readonly firstIndex: number;
  /** The checksum of the fragment before the first; 0 if there is none. */
  readonly previous: number;
  /** The size of the whole file in bytes. */
  readonly size: number;
}

export type ParsedHeader =
  | { readonly type: 'valid'; readonly header: SegmentHeader; readonly bytes: number }
  | { readonly type: 'newer'; readonly format: number }
  | { readonly type: 'invalid'; readonly reason: string };

/** The size of a header in bytes, a multiple of 8. Fragments begin behind it. */
export function headerBytesOf(owner: string): number {
  return Math.ceil((fixedBytes + Buffer.byteLength(owner)) / 8) * 8;
}

/** @throws RangeError if the owner's name is too long. */
export function encodeHeader(header: SegmentHeader): Buffer {
  const { state, owner, sequence, firstIndex, previous, size } = header;
  const bytes = Buffer.alloc(headerBytesOf(owner));
  if (bytes.length > headerBytesMax) throw new RangeError(`the owner's name is too long: ${owner}`);
  bytes.write(magic, 0, 'latin1');
  bytes.writeUInt32LE(walFormat, 8);
  bytes.writeUInt16LE(bytes.length, 16);
  bytes.writeUInt16LE(Buffer.byteLength(owner), 18);
  bytes.writeUInt8(states.indexOf(state), 20);
  bytes.writeUIntLE(sequence, 24, 6);
  bytes.writeUIntLE(firstIndex, 32, 6);
  bytes.writeUIntLE(size, 40, 6);
  bytes.writeUInt32LE(previous, 48);
  bytes.write(owner, fixedBytes, 'utf8');
  bytes.writeUInt32LE(crcOf(bytes), crcOffset);
  return bytes;
}

/** `start` is the beginning of a file: `headerBytesMax` bytes of it, or all there are. */
export function parseHeader(start: Buffer): ParsedHeader {
  if (start.length < fixedBytes || start.toString('latin1', 0, magic.length) !== magic) {
    return { type: 'invalid', reason: 'it does not begin with a header' };
  }
  const format = start.readUInt32LE(8);
  const length = start.readUInt16LE(16);
  const bytes = start.subarray(0, length);
  // A flipped bit may hit the number of the format: then the checksum of the rest still tells.
  const restored = Buffer.from(bytes);
  if (length >= fixedBytes) restored.writeUInt32LE(walFormat, 8);
  const isOurs = bytes.length === length && length >= fixedBytes && isIntact(restored);
  if (format > walFormat && !isOurs) return { type: 'newer', format };
  if (format !== walFormat || !isOurs) {
    return { type: 'invalid', reason: 'the checksum of its header does not match' };
  }
  const ownerEnd = fixedBytes + bytes.readUInt16LE(18);
  const header: SegmentHeader = {
    state: states[bytes.readUInt8(20)] ?? 'spare',
    owner: bytes.toString('utf8', fixedBytes, ownerEnd),
    sequence: bytes.readUIntLE(24, 6),
    firstIndex: bytes.readUIntLE(32, 6),
    previous: bytes.readUInt32LE(48),
    size: bytes.readUIntLE(40, 6),
  };
  return { type: 'valid', header, bytes: length };
}

/**
 * Tells whether `start` may be a header of which only a part was written when a crash came, in the place of this
 * spare's: nothing differs but what changes when a segment begins.
 */
export function isTornHeader(start: Buffer, spare: Omit<SegmentHeader, 'state'>): boolean {
  const whole = encodeHeader({ ...spare, state: 'spare' });
  const torn = Buffer.from(start.subarray(0, whole.length));
  if (torn.length < whole.length) return false;
  for (const [from, to] of changingFields) whole.copy(torn, from, from, to);
  return torn.equals(whole);
}

function isIntact(bytes: Buffer): boolean {
  return bytes.readUInt32LE(crcOffset) === crcOf(bytes);
}

/** Covers everything but the checksum itself. */
function crcOf(bytes: Buffer): number {
  return crc32c(bytes.subarray(crcOffset + 4), crc32c(bytes.subarray(0, crcOffset)));
}
