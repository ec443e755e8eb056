/**
 * A log of records in segments: appended with one flush each, read in order, shortened from the front. The log
 * does not look into its records.
 */
import { strict as assert } from 'node:assert';
import { crc32c } from '../crc32c.ts';
import { expectNotBegun, type LogOwner, openLogFiles } from './log-files.ts';
import { type Appended, LogWriter } from './log-writer.ts';
import { type OnRecord, type ReadLog, readLog } from './record-reader.ts';
import { type LogEnd, type Segment, type Spare, sequenceOf, unfinishedName } from './segment.ts';
import type { SegmentFiles } from './segment-files.ts';
import { headerBytesOf } from './segment-header.ts';
import { Spares } from './spares.ts';
import { rewriteTail } from './tail.ts';

const segmentBytesMin = 1024;

export interface LogOptions {
  readonly files: SegmentFiles;
  /** A name unique to the node. Segments of any other owner count as damage. */
  readonly owner: string;
  /** The size of each new segment in bytes; a multiple of 8, at least 1024. */
  readonly segmentBytes: number;
}

/** The content of a directory. Nothing is modified before `start`. */
export type OpenedLog =
  | { readonly type: 'absent' }
  /** There are segments, and none in use: the log is gone. */
  | { readonly type: 'empty' }
  | { readonly type: 'whole'; readonly log: SegmentedLog };

/** A log that was read and not yet started. */
interface Recovered extends ReadLog {
  readonly leftovers: readonly (Spare & { readonly reason: string })[];
  readonly spares: readonly Spare[];
}

export class SegmentedLog {
  readonly #options: LogOptions;
  readonly #owner: LogOwner;
  readonly #spares: Spares;
  readonly #recovered: Recovered;
  /** The segments in use, in order. Records are appended to the last one. */
  readonly #segments: Segment[];
  readonly #writer: LogWriter;
  #isStarted = false;

  private constructor(
    options: LogOptions,
    spares: Spares,
    segments: readonly [...Segment[], Segment],
    recovered: Recovered,
  ) {
    this.#options = options;
    this.#owner = ownerOf(options);
    this.#spares = spares;
    this.#segments = [...segments];
    this.#recovered = recovered;
    this.#writer = new LogWriter({
      owner: this.#owner,
      spares,
      active: this.#active,
      end: recovered.end,
      onBegun: (segment) => this.#segments.push(segment),
    });
  }

  /**
   * Reads and verifies every record. Modifies nothing: call `start` before anything else.
   *
   * @throws DiskError `DISK_JOURNAL_DAMAGED`, `DISK_NEWER_FORMAT`. Any error of the file system.
   * @throws RangeError for a size that no segment can have.
   */
  static async open(options: LogOptions, onRecord: OnRecord): Promise<OpenedLog> {
    const owner = ownerOf(options);
    const { leftovers, segments, spares } = await openLogFiles(options.files, owner);
    const all = [...leftovers, ...segments, ...spares];
    const last = segments.at(-1);
    try {
      if (last !== undefined) {
        const { name, seed } = owner;
        const read = await readLog({ segments, owner: name, seed, onRecord });
        expectNotBegun(spares, last, read.end);
        const recovered = { ...read, leftovers, spares };
        const used = [...segments.slice(0, -1), last] as const;
        const log = new SegmentedLog(options, sparesFor(options), used, recovered);
        return { type: 'whole', log };
      }
    } catch (cause) {
      for (const { file } of all) await file.close();
      throw cause;
    }
    for (const { file } of all) await file.close();
    // A crash while a log was being made leaves a first segment that is not in use.
    return { type: all.every(({ sequence }) => sequence === 1) ? 'absent' : 'empty' };
  }

  /**
   * Makes a log without records, durable when this resolves. Removes segments that are there.
   *
   * @throws Error of the file system.
   */
  static async create(options: LogOptions): Promise<SegmentedLog> {
    const { files, owner: name } = options;
    const owner = ownerOf(options);
    const former = (await files.list()).filter((name) => sequenceOf(name) !== undefined);
    for (const name of former) await files.remove(name);
    const spares = sparesFor(options);
    const end: LogEnd = { offset: headerBytesOf(name), nextIndex: 1, previous: 0 };
    try {
      const segment = await LogWriter.begin(spares, owner, 1, end);
      const lastRecord = { sequence: 1, offset: end.offset };
      const recovered = { end, lastRecord, leftovers: [], spares: [] };
      return new SegmentedLog(options, spares, [segment], recovered);
    } catch (cause) {
      await spares.close();
      throw cause;
    }
  }

  /**
   * Makes sure of what was read, and clears away what a crash left. Called once.
   *
   * @throws Error of the file system.
   */
  async start(): Promise<void> {
    const { leftovers, spares, lastRecord, end } = this.#recovered;
    const { files } = this.#options;
    await rewriteTail(this.#segments, lastRecord, end);
    if ((await files.list()).includes(unfinishedName)) await files.remove(unfinishedName);
    await files.syncNames();
    this.#isStarted = true;
    const next = this.#active.sequence + 1;
    this.#spares.adopt(spares, next);
    this.#spares.retire(leftovers, next);
  }

  /** The index of the first fragment of the log. */
  get firstIndex(): number {
    return this.#first.firstIndex;
  }

  /** The index of the first fragment in a segment that is in use. */
  firstIndexOf(sequence: number): number {
    const segment = this.#segments.find((each) => each.sequence === sequence);
    assert(segment !== undefined, `segment ${sequence} is in use`);
    return segment.firstIndex;
  }

  /** The sequences of the segments in use, in order. Records are appended to the last one. */
  get sequences(): readonly number[] {
    return this.#segments.map(({ sequence }) => sequence);
  }

  /** The file in front of the first segment, if there is one, and the reason why it is not in use. */
  get leftover(): { readonly place: string; readonly reason: string } | undefined {
    const leftover = this.#recovered.leftovers.at(-1);
    return leftover && { place: leftover.file.place, reason: leftover.reason };
  }

  /** The place of the first segment, for messages about what is missing before it. */
  get firstPlace(): string {
    return this.#first.file.place;
  }

  /** The place of the last segment, for messages about what is missing behind it. */
  get lastPlace(): string {
    return this.#active.file.place;
  }

  /** The first segment without fragments below this index, or the last segment. */
  sequenceFrom(index: number): number {
    const segment = this.#segments.find(({ firstIndex }) => firstIndex >= index);
    return (segment ?? this.#active).sequence;
  }

  /** The bytes of a new segment that its header leaves. */
  get capacity(): number {
    return this.#options.segmentBytes - headerBytesOf(this.#owner.name);
  }

  /** The share of the last segment that is written, from 0 to 1. */
  get fill(): number {
    return this.#writer.end.offset / this.#active.file.size;
  }

  /**
   * Appends one record and resolves when it is durable. A crash before that leaves all of it or none. One call
   * at a time.
   *
   * @throws Error of the file system; then the log must be opened again.
   */
  append(kind: number, payload: readonly Uint8Array[]): Promise<Appended> {
    return this.#writer.append(kind, payload);
  }

  /**
   * Reads the records that begin in segments up to `lastSequence`. Not while something is appended.
   *
   * @throws DiskError `DISK_JOURNAL_DAMAGED`. Any error of the file system.
   */
  async read(lastSequence: number, onRecord: OnRecord): Promise<void> {
    const { name, seed } = this.#owner;
    const bounds = { end: this.#writer.end, lastSequence };
    await readLog({
      segments: this.#segments,
      owner: name,
      seed,
      bounds,
      onRecord: (record) => {
        if (record.sequence <= lastSequence) onRecord(record);
      },
    });
  }

  /**
   * Takes all segments before this one out of use. The caller has written again what is alive in them, and a
   * durable record says so. Returns at once; the files are removed one after another.
   */
  dropBefore(sequence: number): void {
    const count = this.#segments.findIndex((segment) => segment.sequence >= sequence);
    if (count <= 0) return;
    this.#spares.retire(this.#segments.splice(0, count), this.#active.sequence + 1);
  }

  /** Begins to prepare the next segment, unless that has begun. */
  prepareNext(): void {
    this.#spares.prepare(this.#active.sequence + 1);
  }

  /** Resolves when no file is being prepared or removed. @throws Error of the file system. */
  async settled(): Promise<void> {
    await this.#spares.settled();
  }

  /** Closes all files, after the last append has settled. May be called more than once. */
  async close(): Promise<void> {
    await this.#spares.close();
    const { leftovers, spares } = this.#recovered;
    const unused = this.#isStarted ? [] : [...leftovers, ...spares];
    for (const { file } of [...this.#segments.splice(0), ...unused]) await file.close();
  }

  get #first(): Segment {
    const [first] = this.#segments;
    assert(first !== undefined, 'the log is open');
    return first;
  }

  get #active(): Segment {
    const active = this.#segments.at(-1);
    assert(active !== undefined, 'the log is open');
    return active;
  }
}

function ownerOf({ owner, segmentBytes }: LogOptions): LogOwner {
  if (segmentBytes % 8 !== 0 || segmentBytes < segmentBytesMin) {
    throw new RangeError(
      `a segment has a multiple of 8 bytes, at least ${segmentBytesMin}, not ${segmentBytes}`,
    );
  }
  return { name: owner, seed: crc32c(Buffer.from(owner)) };
}

function sparesFor({ files, owner, segmentBytes: size }: LogOptions): Spares {
  return new Spares({ files, owner, size });
}
