/**
 * One file of the log window: decided values of consecutive instances, each in a fragment of the journal's
 * format. The fragment names the instance and the file's first one, under a checksum that covers both and
 * the owner's name.
 *
 * ```text
 *   0000000000004096.log                      written to, or left by a crash
 *   0000000000000000-0000000000004096.log     complete: its first instance, and one above its last
 * ```
 *
 * Rule: a value whose checksum does not match, or which is that of another instance, is never given away.
 */
import type { AppendFile, AppendFiles } from '../append-files.ts';
import { firstPart, fragmentHeaderBytes, lastPart, sealFragment } from '../journal/fragment.ts';
import { SegmentReader } from '../journal/segment-reader.ts';

/** One more for each change that older code would misread. */
const windowFormat = 1;
/** A place is remembered for each of so many bytes, so that a read need not begin at the front. */
const markDistance = 256 * 1024;
const digits = 16;
const suffix = '.log';

export interface WindowDecision {
  readonly seq: number;
  readonly value: Uint8Array;
}

/** Limits of one read. At least one value is read, however large it is. */
export interface ReadLimits {
  readonly bytesMax: number;
  readonly countMax: number;
}

interface Mark {
  readonly seq: number;
  readonly offset: number;
}

/** The names of a file's instances. `next` is absent while the file may grow. */
export interface SegmentRange {
  readonly first: number;
  readonly next: number | undefined;
}

export class WindowSegment {
  readonly first: number;
  readonly #files: AppendFiles;
  readonly #seed: number;
  /** Places behind the front, in order. */
  readonly #marks: Mark[] = [];
  #name: string;
  #next: number;
  #bytes: number;
  /** Open while the file grows. */
  #file: AppendFile | undefined;
  /** When this run began to write it, and when it was last written. */
  readonly createdMs: number;
  #writtenMs: number;

  constructor(
    files: AppendFiles,
    seed: number,
    options: { first: number; next: number; bytes: number; writtenMs: number; file?: AppendFile },
  ) {
    this.first = options.first;
    this.#files = files;
    this.#seed = seed;
    this.#next = options.next;
    this.#bytes = options.bytes;
    this.#file = options.file;
    this.#name = options.file === undefined ? completeName(this) : openName(this.first);
    this.createdMs = options.writtenMs;
    this.#writtenMs = options.writtenMs;
  }

  /** Makes an empty file. @throws Error of the file system. */
  static async create(
    files: AppendFiles,
    seed: number,
    at: { first: number; nowMs: number },
  ): Promise<WindowSegment> {
    const { first, nowMs: writtenMs } = at;
    const file = await files.create(openName(first));
    return new WindowSegment(files, seed, { first, next: first, bytes: 0, writtenMs, file });
  }

  /** One above the last instance. */
  get next(): number {
    return this.#next;
  }

  /** Whether nothing more may be appended. */
  get isComplete(): boolean {
    return this.#file === undefined;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get writtenMs(): number {
    return this.#writtenMs;
  }

  /** @throws Error of the file system. */
  async append(decisions: readonly WindowDecision[], nowMs: number): Promise<void> {
    const pieces: Uint8Array[] = [];
    const marks: Mark[] = [];
    let offset = this.#bytes;
    for (const { seq, value } of decisions) {
      if (offset - this.#lastMark(marks) >= markDistance) marks.push({ seq, offset });
      const sealed = sealFragment(this.#headerOf(seq), [value], this.#seed);
      pieces.push(...sealed.pieces);
      offset += sealed.bytes;
    }
    await this.#file?.append(pieces);
    this.#marks.push(...marks);
    this.#bytes = offset;
    this.#next += decisions.length;
    this.#writtenMs = nowMs;
  }

  /** Nothing more will be appended. @throws Error of the file system. */
  async complete(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.close();
    this.#file = undefined;
    const name = completeName(this);
    await this.#files.rename(this.#name, name);
    this.#name = name;
  }

  /**
   * Reads values from `seq` on, at most to the end of this file.
   *
   * @throws Error of the file system, or one that says which instance is damaged.
   */
  async read(seq: number, { bytesMax, countMax }: ReadLimits): Promise<Uint8Array[]> {
    const file = await this.#openToRead();
    try {
      const values: Uint8Array[] = [];
      const reader = new SegmentReader(file, this.#seed);
      let { seq: at, offset } = this.#markBefore(seq);
      let bytes = 0;
      for (; at < this.#next && bytes < bytesMax && values.length < countMax; at += 1) {
        const found = await this.#fragmentAt(reader, at, offset);
        if (found === undefined) throw new Error(`instance ${at} is damaged`);
        offset += found.bytes;
        this.#mark(at + 1, offset);
        if (at < seq) continue;
        values.push(new Uint8Array(found.payload));
        bytes += found.payload.length;
      }
      return values;
    } finally {
      await file.close();
    }
  }

  /** @throws Error of the file system. */
  async remove(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await this.#files.remove(this.#name);
  }

  /** Finds out where a file that a crash left ends, and completes it. @throws Error of the file system. */
  static async recover(
    files: AppendFiles,
    seed: number,
    at: { first: number; writtenMs: number },
  ): Promise<WindowSegment> {
    const { first, writtenMs } = at;
    const file = await files.open(openName(first));
    const { size: bytes } = file;
    const segment = new WindowSegment(files, seed, { first, next: first, bytes, writtenMs, file });
    const reader = new SegmentReader(file, seed);
    let offset = 0;
    for (;;) {
      const found = await segment.#fragmentAt(reader, segment.#next, offset);
      if (found === undefined) break;
      offset += found.bytes;
      segment.#next += 1;
      segment.#mark(segment.#next, offset);
    }
    await segment.complete();
    return segment;
  }

  /** The file may get its final name at this moment. */
  async #openToRead(): Promise<AppendFile> {
    const name = this.#name;
    try {
      return await this.#files.open(name);
    } catch (cause) {
      if (this.#name === name) throw cause;
      return this.#files.open(this.#name);
    }
  }

  async #fragmentAt(reader: SegmentReader, seq: number, offset: number) {
    const expected = { sequence: this.first, index: seq, previous: 0 };
    const found = await reader.fragmentAt(offset, expected);
    return found.type === 'fragment' && found.kind === windowFormat ? found : undefined;
  }

  #headerOf(seq: number) {
    const part = firstPart | lastPart;
    return { kind: windowFormat, part, sequence: this.first, index: seq, previous: 0 };
  }

  #lastMark(more: readonly Mark[]): number {
    return (more.at(-1) ?? this.#marks.at(-1))?.offset ?? 0;
  }

  #mark(seq: number, offset: number): void {
    if (offset - this.#lastMark([]) >= markDistance) this.#marks.push({ seq, offset });
  }

  #markBefore(seq: number): Mark {
    return this.#marks.findLast((mark) => mark.seq <= seq) ?? { seq: this.first, offset: 0 };
  }
}

/** The bytes that a value takes in a file, without padding. */
export function recordBytes(value: Uint8Array): number {
  return fragmentHeaderBytes + value.length;
}

/** What the name of a file says; `undefined` for any other name. */
export function rangeOf(name: string): SegmentRange | undefined {
  const [, first, next] = /^(\d{16})(?:-(\d{16}))?\.log$/.exec(name) ?? [];
  if (first === undefined) return undefined;
  return { first: Number(first), next: next === undefined ? undefined : Number(next) };
}

function openName(first: number): string {
  return `${padded(first)}${suffix}`;
}

function completeName({ first, next }: { first: number; next: number }): string {
  return `${padded(first)}-${padded(next)}${suffix}`;
}

function padded(seq: number): string {
  return String(seq).padStart(digits, '0');
}
