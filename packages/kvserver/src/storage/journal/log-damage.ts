/** Reports damage of the log: the exact place, the reason, and what to do. */
import { DiskError, repairAdvice } from '../disk-error.ts';
import { walFormat } from './segment-header.ts';

export function damagedSegment(place: string, reason: string, cause?: unknown): DiskError {
  const message = `The journal is damaged in ${place}: ${reason}. ${repairAdvice}`;
  return new DiskError('DISK_JOURNAL_DAMAGED', message, cause);
}

/** `offset` in bytes from the beginning of the segment. */
export function damagedAt(
  place: string,
  offset: number,
  reason: string,
  cause?: unknown,
): DiskError {
  return damagedSegment(`${place} at byte ${offset}`, reason, cause);
}

export function newerFormat(place: string, format: number): DiskError {
  const message = `${place} has format ${format}; this version knows ${walFormat}. Start a newer version.`;
  return new DiskError('DISK_NEWER_FORMAT', message);
}
