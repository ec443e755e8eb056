/**
 * Reads one segment front to back through a buffer of fixed size. Only a fragment that is larger than the
 * buffer gets memory of its own.
 */
import {
  fragmentBytes,
  fragmentHeaderBytes,
  openFragment,
  parseFragmentHeader,
} from './fragment.ts';
import type { SegmentFile } from './segment-files.ts';

const bufferBytesMax = 256 * 1024;
const alignment = 8;
/** The place of the segment's sequence in a fragment's header. */
const sequenceOffset = 16;
const sequenceBytes = 6;
/** Where a fragment's header has two bytes that are always zero. */
const zeroOffsets = [14, 22, 30];

/** The part of a file that is needed to read it. */
export type ReadableFile = Pick<SegmentFile, 'size' | 'read'>;

export interface ReadFragment {
  readonly type: 'fragment';
  readonly kind: number;
  readonly part: number;
  /** The segment that it names. */
  readonly sequence: number;
  readonly index: number;
  readonly checksum: number;
  /** The place in the segment. */
  readonly offset: number;
  /** The size on disk, with header and padding. */
  readonly bytes: number;
  /** Valid until the next read. */
  readonly payload: Buffer;
}

/** There is no intact fragment that belongs to this place of the chain. */
export interface NoFragment {
  readonly type: 'none';
  readonly reason: string;
}

/** A fragment counts only if its header says this. */
export interface Expected {
  readonly sequence: number;
  readonly index: number;
  readonly previous: number;
}

/** What is searched for. */
export interface Wanted {
  readonly sequence: number;
  /** The highest index it can have, if that is known. */
  readonly indexMax?: number;
}

export class SegmentReader {
  readonly #file: ReadableFile;
  readonly #seed: number;
  readonly #buffer: Buffer;
  /** The buffer holds the file from here up to `#to`. */
  #from = 0;
  #to = 0;

  /** `seed`: the checksum of the owner's name. */
  constructor(file: ReadableFile, seed: number) {
    this.#file = file;
    this.#buffer = Buffer.allocUnsafe(Math.min(bufferBytesMax, file.size));
    this.#seed = seed;
  }

  async fragmentAt(offset: number, expected: Expected): Promise<ReadFragment | NoFragment> {
    if (offset + fragmentHeaderBytes > this.#file.size) return none('the segment ends there');
    const header = parseFragmentHeader(await this.bytes(offset, fragmentHeaderBytes));
    if (header.sequence !== expected.sequence) return none('no record of this segment is there');
    const fragment = await this.intactAt(offset);
    if (fragment === undefined) return none('the checksum of the record does not match');
    if (header.index !== expected.index || header.previous !== expected.previous) {
      return none('the record does not follow the one before it');
    }
    return fragment;
  }

  /** Searches for an intact fragment of this segment at any multiple of 8 from `offset` on. */
  async nextIntact(offset: number, wanted: Wanted): Promise<ReadFragment | undefined> {
    const last = this.#file.size - fragmentHeaderBytes;
    for (let at = offset; at <= last; ) {
      const bytes = await this.#ahead(at);
      const found = candidateIn(bytes, wanted);
      const fragment = found === undefined ? undefined : await this.intactAt(at + found);
      if (fragment !== undefined) return fragment;
      at += (found ?? lastCandidateIn(bytes)) + alignment;
    }
    return undefined;
  }

  /** Reads the fragment there if it is intact, whatever segment it names. */
  async intactAt(offset: number): Promise<ReadFragment | undefined> {
    const header = parseFragmentHeader(await this.bytes(offset, fragmentHeaderBytes));
    const length = fragmentHeaderBytes + header.payloadBytes;
    if (offset + length > this.#file.size) return undefined;
    const bytes = await this.bytes(offset, length);
    const checksum = bytes.length === length ? openFragment(bytes, this.#seed) : undefined;
    if (checksum === undefined) return undefined;
    const { kind, part, sequence, index, payloadBytes } = header;
    const payload = bytes.subarray(fragmentHeaderBytes);
    const size = fragmentBytes(payloadBytes);
    return {
      type: 'fragment',
      kind,
      part,
      sequence,
      index,
      checksum,
      offset,
      bytes: size,
      payload,
    };
  }

  /** Gives what is in memory from there on, or fills the buffer from there. */
  #ahead(offset: number): Promise<Buffer> {
    const held = offset < this.#from ? 0 : this.#to - offset;
    const length = held >= fragmentHeaderBytes ? held : this.#file.size - offset;
    return this.bytes(offset, Math.min(length, this.#buffer.length));
  }

  /** Gives a view of the file, valid until the next read. */
  async bytes(offset: number, length: number): Promise<Buffer> {
    if (length > this.#buffer.length) {
      const bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, await this.#file.read(bytes, offset));
    }
    if (offset < this.#from || offset + length > this.#to) {
      this.#from = offset;
      this.#to = offset + (await this.#file.read(this.#buffer, offset));
    }
    return this.#buffer.subarray(
      offset - this.#from,
      Math.min(this.#to - this.#from, offset - this.#from + length),
    );
  }
}

/**
 * Finds the first place that may be a header of this segment. Values may look like one, and each candidate costs
 * the reading of what it claims to hold, so all that a header cannot say rules it out.
 */
function candidateIn(bytes: Buffer, wanted: Wanted): number | undefined {
  const name = Buffer.alloc(sequenceBytes);
  name.writeUIntLE(wanted.sequence, 0, sequenceBytes);
  const last = lastCandidateIn(bytes);
  // Most of a segment may be zeros, so the search must not look at each place by itself.
  let found = bytes.indexOf(name, sequenceOffset);
  while (found !== -1 && found - sequenceOffset <= last) {
    const at = found - sequenceOffset;
    if (at % alignment === 0 && isPlausible(bytes.subarray(at), wanted)) return at;
    found = bytes.indexOf(name, found + 1);
  }
  return undefined;
}

function isPlausible(bytes: Buffer, { indexMax }: Wanted): boolean {
  const { kind, index } = parseFragmentHeader(bytes);
  if (kind === 0 || index > (indexMax ?? index)) return false;
  return zeroOffsets.every((offset) => bytes.readUInt16LE(offset) === 0);
}

function lastCandidateIn(bytes: Buffer): number {
  const room = bytes.length - fragmentHeaderBytes;
  return room - (room % alignment);
}

function none(reason: string): NoFragment {
  return { type: 'none', reason };
}
