/** How much of a segment of the journal is in use, for tests that damage it. */
import {
  fragmentBytes,
  fragmentHeaderBytes,
  parseFragmentHeader,
} from '@paxkv/kvserver/internal/storage/journal/fragment';
import { parseHeader } from '@paxkv/kvserver/internal/storage/journal/segment-header';

export interface SegmentUse {
  readonly isInUse: boolean;
  /** The end of its records in bytes. What stands behind is zeros, or left from a former use. */
  readonly end: number;
}

export function segmentUse(content: Buffer): SegmentUse {
  const parsed = parseHeader(content);
  if (parsed.type !== 'valid') return { isInUse: false, end: 0 };
  const { sequence, state } = parsed.header;
  let end = parsed.bytes;
  while (state === 'used' && end + fragmentHeaderBytes <= content.length) {
    const fragment = parseFragmentHeader(content.subarray(end, end + fragmentHeaderBytes));
    if (fragment.sequence !== sequence) break;
    end += fragmentBytes(fragment.payloadBytes);
  }
  return { isInUse: state === 'used', end };
}
