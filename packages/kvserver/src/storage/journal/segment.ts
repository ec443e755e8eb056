/** Segments as the log knows them, and how their files are named. */
import { fragmentHeaderBytes } from './fragment.ts';
import type { SegmentFile } from './segment-files.ts';

/** A segment in use: it holds fragments, or will hold the next ones. */
export interface Segment {
  readonly sequence: number;
  readonly file: SegmentFile;
  /** The index of its first fragment. */
  readonly firstIndex: number;
  /** The checksum of the fragment before its first. */
  readonly previous: number;
}

/** A file that is ready to become a segment, or was one. */
export interface Spare {
  readonly sequence: number;
  readonly file: SegmentFile;
}

/** The place of the next fragment, and what it follows. */
export interface LogEnd {
  readonly offset: number;
  readonly nextIndex: number;
  readonly previous: number;
}

const digits = 16;
const suffix = '.wal';

/** The name of a segment that is being made. Nobody looks for segments under it. */
export const unfinishedName = `next${suffix}.new`;

/** Names sort as sequences do. */
export function segmentName(sequence: number): string {
  return `${String(sequence).padStart(digits, '0')}${suffix}`;
}

/** Gives the sequence in the name of a segment, or `undefined` for any other name. */
export function sequenceOf(name: string): number | undefined {
  const sequence = Number.parseInt(name, 10);
  return sequence > 0 && segmentName(sequence) === name ? sequence : undefined;
}

/** The payload bytes that one more fragment may have there; negative without room for its header. */
export function roomBehind({ offset }: LogEnd, { file }: Segment): number {
  const left = file.size - offset;
  return left - (left % 8) - fragmentHeaderBytes;
}
