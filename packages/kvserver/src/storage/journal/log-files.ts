/**
 * Finds out what each file of a log is, before any record is read. Modifies nothing.
 *
 * ```text
 *   leftovers │ segments in use, without gaps │ spares
 * ```
 *
 * Leftovers are segments that a crash kept from being removed. Only the last checkpoint tells whether they are
 * needed.
 */
import type { DiskError } from '../disk-error.ts';
import { damagedSegment, newerFormat } from './log-damage.ts';
import {
  type LogEnd,
  roomBehind,
  type Segment,
  type Spare,
  segmentName,
  sequenceOf,
} from './segment.ts';
import type { SegmentFile, SegmentFiles } from './segment-files.ts';
import {
  headerBytesMax,
  headerBytesOf,
  isTornHeader,
  type ParsedHeader,
  parseHeader,
} from './segment-header.ts';
import { SegmentReader } from './segment-reader.ts';

/** A file before the first segment in use. */
export interface Leftover extends Spare {
  /** The reason why it is not in use. */
  readonly reason: string;
}

/** A file behind the last segment in use. */
export interface FoundSpare extends Spare {
  /** What is wrong with its header. Then it is a spare only if no segment can have begun there. */
  readonly defect: string | undefined;
}

export interface LogFiles {
  readonly leftovers: readonly Leftover[];
  readonly segments: readonly Segment[];
  readonly spares: readonly FoundSpare[];
}

export interface LogOwner {
  readonly name: string;
  /** The checksum of the name. */
  readonly seed: number;
}

interface FoundFile extends Spare {
  /** The beginning of the file. */
  readonly start: Buffer;
  readonly parsed: ParsedHeader;
}

/**
 * Opens every segment. On an error all are closed again.
 *
 * @throws DiskError `DISK_JOURNAL_DAMAGED` for a segment that is missing, damaged, not this owner's or not
 *   where it belongs; `DISK_NEWER_FORMAT`. Any error of the file system.
 */
export async function openLogFiles(files: SegmentFiles, owner: LogOwner): Promise<LogFiles> {
  const names = await files.list();
  const sequences = names.flatMap((name) => sequenceOf(name) ?? []).sort((a, b) => a - b);
  const opened: SegmentFile[] = [];
  const found: FoundFile[] = [];
  try {
    for (const sequence of sequences) {
      const file = await files.open(segmentName(sequence));
      opened.push(file);
      const start = await readStart(file);
      found.push({ sequence, file, start, parsed: parseHeader(start) });
    }
    return await classify(found, owner);
  } catch (cause) {
    for (const file of opened) await file.close();
    throw cause;
  }
}

async function readStart(file: SegmentFile): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(headerBytesMax, file.size));
  return bytes.subarray(0, await file.read(bytes, 0));
}

async function classify(found: readonly FoundFile[], owner: LogOwner): Promise<LogFiles> {
  for (const file of found) expectReadable(file, owner);
  const first = found.findIndex(isInUse);
  const last = found.findLastIndex(isInUse);
  const begun = first === -1 ? [] : found.slice(first);
  const segments = begun.slice(0, last + 1 - first).map(toSegment);
  expectNoGap(begun);
  const spares: FoundSpare[] = [];
  for (const spare of found.slice(last + 1)) spares.push(await toSpare(spare, owner));
  const leftovers = found.slice(0, Math.max(0, first)).map(toLeftover);
  return { leftovers, segments, spares };
}

/**
 * Safety: the next segment begins when the last one is full. From then on a spare must be intact: one that is not
 * may have been in use, with all its records lost.
 *
 * @throws DiskError `DISK_JOURNAL_DAMAGED`.
 */
export function expectNotBegun(spares: readonly FoundSpare[], last: Segment, end: LogEnd): void {
  if (roomBehind(end, last) > 0) return;
  for (const { file, defect } of spares) {
    if (defect !== undefined) throw damagedSegment(file.place, defect);
  }
}

/** @throws DiskError if the header is another owner's, or of a format that this version does not know. */
function expectReadable({ file, parsed }: FoundFile, owner: LogOwner): void {
  if (parsed.type === 'newer') throw newerFormat(file.place, parsed.format);
  if (parsed.type !== 'valid') return;
  const { header } = parsed;
  if (header.owner !== owner.name) {
    throw damagedSegment(file.place, `it belongs to node ${header.owner}, not ${owner.name}`);
  }
  if (header.size !== file.size) {
    const reason = `it has ${file.size} bytes, and was made with ${header.size}`;
    throw damagedSegment(file.place, reason);
  }
}

function isInUse({ sequence, file, parsed }: FoundFile): boolean {
  if (parsed.type !== 'valid' || parsed.header.state !== 'used') return false;
  if (parsed.header.sequence === sequence) return true;
  throw damagedSegment(file.place, `it is segment ${parsed.header.sequence}, not ${sequence}`);
}

/** A file between two segments in use must be in use too. */
function toSegment(found: FoundFile): Segment {
  const { sequence, file, parsed } = found;
  if (!isInUse(found) || parsed.type !== 'valid')
    throw damagedSegment(file.place, reasonOf(parsed));
  const { firstIndex, previous } = parsed.header;
  return { sequence, file, firstIndex, previous };
}

function expectNoGap(files: readonly Spare[]): void {
  for (const [place, next] of files.entries()) {
    const before = files[place - 1];
    if (before === undefined) continue;
    if (next.sequence !== before.sequence + 1) throw missing(before.sequence + 1, next);
  }
}

function missing(sequence: number, next: Spare): DiskError {
  return damagedSegment(`segment ${sequence}`, `it is missing, and ${next.file.place} is present`);
}

/** Safety: a header is durable before the first fragment behind it is written, so a spare has none. */
async function toSpare(found: FoundFile, owner: LogOwner): Promise<FoundSpare> {
  const { sequence, file, start, parsed } = found;
  if (parsed.type === 'valid' && parsed.header.sequence !== sequence) {
    throw damagedSegment(file.place, `it is segment ${parsed.header.sequence}, not ${sequence}`);
  }
  const reader = new SegmentReader(file, owner.seed);
  const firstOffset = headerBytesOf(owner.name);
  const fragment =
    parsed.type === 'valid'
      ? await reader.intactAt(firstOffset)
      : await reader.nextIntact(firstOffset, { sequence });
  if (fragment?.sequence === sequence) {
    const proof = `fragment ${fragment.index} behind it is intact`;
    throw damagedSegment(file.place, `${reasonOf(parsed)}, and ${proof}`);
  }
  const expected = { owner: owner.name, sequence, firstIndex: 0, previous: 0, size: file.size };
  const isTrusted = parsed.type === 'valid' || isTornHeader(start, expected);
  return { sequence, file, defect: isTrusted ? undefined : reasonOf(parsed) };
}

function toLeftover({ sequence, file, parsed }: FoundFile): Leftover {
  return { sequence, file, reason: reasonOf(parsed) };
}

function reasonOf(parsed: ParsedHeader): string {
  return parsed.type === 'invalid' ? parsed.reason : 'its header says that it is not in use';
}
