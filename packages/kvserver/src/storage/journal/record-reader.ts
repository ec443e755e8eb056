/** Reads segments in order, verifies the chain through all of them, and puts records together again. */
import { firstPart, fragmentHeaderBytes, lastPart } from './fragment.ts';
import { damagedAt } from './log-damage.ts';
import type { LogEnd, Segment } from './segment.ts';
import { headerBytesOf } from './segment-header.ts';
import { type NoFragment, type ReadFragment, SegmentReader } from './segment-reader.ts';

export interface LogRecord {
  readonly kind: number;
  /** The index of its first fragment. */
  readonly index: number;
  /** The segment in which it begins. */
  readonly sequence: number;
  /** The place in that segment. */
  readonly offset: number;
  /** The size on disk, with headers and padding. */
  readonly bytes: number;
  /** Valid until the next record is read. */
  readonly payload: Buffer;
}

/** Takes one record after another. An error it throws counts as damage of that record. */
export type OnRecord = (record: LogRecord) => void;

/** The end of a log that was read. */
export interface ReadLog {
  readonly end: LogEnd;
  /** The place of the last whole record, or the beginning of the first segment. */
  readonly lastRecord: { readonly sequence: number; readonly offset: number };
}

export interface ReadOptions {
  /** At least one segment, without gaps. */
  readonly segments: readonly Segment[];
  readonly owner: string;
  /** The checksum of the owner's name. */
  readonly seed: number;
  readonly onRecord: OnRecord;
  /** Limits the reading of a log that was read before. */
  readonly bounds?: ReadBounds;
}

export interface ReadBounds {
  readonly end: LogEnd;
  /** Reading stops behind the records that begin in this segment. */
  readonly lastSequence: number;
}

/**
 * Reads every record that is whole.
 *
 * Only the last append can be torn: all before it were durable before it began. So the end of the log is
 * where no intact fragment follows, if none lies behind; otherwise something durable is missing there.
 *
 * @throws DiskError `DISK_JOURNAL_DAMAGED`.
 */
export async function readLog(options: ReadOptions): Promise<ReadLog> {
  const { segments, owner, seed, onRecord, bounds } = options;
  const assembly = new RecordAssembly(onRecord);
  let end: LogEnd | undefined;
  let last: Segment | undefined;
  for (const segment of segments) {
    if (bounds && segment.sequence > bounds.lastSequence && !assembly.isWithin(bounds)) break;
    if (end !== undefined && last !== undefined) expectFollows(segment, end, last);
    const { firstIndex: nextIndex, previous } = segment;
    const start = { offset: headerBytesOf(owner), nextIndex, previous };
    const isLast = segment === segments.at(-1);
    end = await readSegment(segment, start, { seed, isLast, assembly, bounds });
    last = segment;
  }
  const [first] = segments;
  if (end === undefined || first === undefined) throw new RangeError('there is no segment to read');
  const fallback = { sequence: first.sequence, offset: headerBytesOf(owner) };
  return { end, lastRecord: assembly.last ?? fallback };
}

interface SegmentReading {
  readonly seed: number;
  readonly isLast: boolean;
  readonly assembly: RecordAssembly;
  readonly bounds: ReadBounds | undefined;
}

async function readSegment(
  segment: Segment,
  start: LogEnd,
  { seed, isLast, assembly, bounds }: SegmentReading,
): Promise<LogEnd> {
  const { file, sequence } = segment;
  const reader = new SegmentReader(file, seed);
  let { offset, nextIndex, previous } = start;
  while (!isLast || nextIndex !== bounds?.end.nextIndex) {
    if (bounds && sequence > bounds.lastSequence && !assembly.isWithin(bounds)) break;
    const found = await reader.fragmentAt(offset, { sequence, index: nextIndex, previous });
    if (found.type === 'none') {
      const end = { offset, nextIndex, previous };
      if (isLast) await expectNoLater(reader, segment, end, { found, bounds });
      break;
    }
    try {
      assembly.add(segment, found);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw damagedAt(file.place, offset, reason, cause);
    }
    offset += found.bytes;
    nextIndex += 1;
    previous = found.checksum;
  }
  return { offset, nextIndex, previous };
}

/** A segment is begun only when the one before it is complete and durable. */
function expectFollows(segment: Segment, end: LogEnd, last: Segment): void {
  if (segment.firstIndex > end.nextIndex) {
    const reason = `fragment ${end.nextIndex} is damaged, and ${segment.file.place} begins with ${segment.firstIndex}`;
    throw damagedAt(last.file.place, end.offset, reason);
  }
  if (segment.firstIndex < end.nextIndex || segment.previous !== end.previous) {
    throw damagedAt(segment.file.place, 0, 'it does not follow the segment before it');
  }
}

/** Safety: what lies behind was written after this was durable, so this is no torn append. */
async function expectNoLater(
  reader: SegmentReader,
  { file, sequence }: Segment,
  { offset, nextIndex }: LogEnd,
  { found, bounds }: { found: NoFragment; bounds: ReadBounds | undefined },
): Promise<void> {
  if (bounds) throw damagedAt(file.place, offset, found.reason);
  const countMax = Math.ceil((file.size - offset) / fragmentHeaderBytes);
  const wanted = { sequence, indexMax: nextIndex + countMax };
  const later = await reader.nextIntact(offset, wanted);
  if (later === undefined) return;
  const proof = `fragment ${later.index}, which was written later, is intact`;
  throw damagedAt(file.place, offset, `${found.reason}, and ${proof}`);
}

/** Joins fragments. A record that was begun and not ended was never acknowledged, and is left out. */
class RecordAssembly {
  readonly #onRecord: OnRecord;
  #parts: Buffer[] = [];
  #begun: Omit<LogRecord, 'payload'> | undefined;
  #last: ReadLog['lastRecord'] | undefined;

  constructor(onRecord: OnRecord) {
    this.#onRecord = onRecord;
  }

  get last(): ReadLog['lastRecord'] | undefined {
    return this.#last;
  }

  /** Tells whether a record was begun that must be completed. */
  isWithin({ lastSequence }: ReadBounds): boolean {
    return this.#begun !== undefined && this.#begun.sequence <= lastSequence;
  }

  add({ sequence }: Segment, fragment: ReadFragment): void {
    const { kind, part, index, offset, bytes, payload } = fragment;
    const isFirst = (part & firstPart) !== 0;
    const isLast = (part & lastPart) !== 0;
    if (isFirst) {
      this.#begun = { kind, index, sequence, offset, bytes };
      this.#parts = [];
    } else if (this.#begun !== undefined) {
      this.#begun = { ...this.#begun, bytes: this.#begun.bytes + bytes };
    }
    // The record began in a segment that was dropped, so it was dead or written again.
    if (this.#begun === undefined) return;
    const begun = this.#begun;
    if (!isLast) {
      this.#parts.push(Buffer.from(payload));
      return;
    }
    const whole = this.#parts.length === 0 ? payload : Buffer.concat([...this.#parts, payload]);
    this.#begun = undefined;
    this.#parts = [];
    this.#last = { sequence: begun.sequence, offset: begun.offset };
    this.#onRecord({ ...begun, payload: whole });
  }
}
