/** How much of a segment of the journal is in use, for tests that damage it. */
import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import {
  fragmentBytes,
  fragmentHeaderBytes,
  openFragment,
  parseFragmentHeader,
} from '@paxkv/kvserver/internal/storage/journal/fragment';
import { parseHeader } from '@paxkv/kvserver/internal/storage/journal/segment-header';

export interface SegmentUse {
  readonly isInUse: boolean;
  /** The end of its records in bytes. What stands behind is zeros, or left from a former use. */
  readonly end: number;
  /** Where its last record begins, or its last part of one; `end` if there is none. */
  readonly lastOffset: number;
}

export function segmentUse(content: Buffer): SegmentUse {
  const parsed = parseHeader(content);
  if (parsed.type !== 'valid') return { isInUse: false, end: 0, lastOffset: 0 };
  const { sequence, state } = parsed.header;
  const seed = crc32c(Buffer.from(parsed.header.owner));
  let end = parsed.bytes;
  let lastOffset = end;
  while (state === 'used' && end + fragmentHeaderBytes <= content.length) {
    const fragment = parseFragmentHeader(content.subarray(end, end + fragmentHeaderBytes));
    const bytes = content.subarray(end, end + fragmentHeaderBytes + fragment.payloadBytes);
    // What a crash cut short counts as not in use.
    if (fragment.sequence !== sequence || openFragment(bytes, seed) === undefined) break;
    lastOffset = end;
    end += fragmentBytes(fragment.payloadBytes);
  }
  return { isInUse: state === 'used', end, lastOffset };
}
