/**
 * Segment ring: the files of a recording, of which the oldest are dropped. The whole ring takes no more than a number
 * of bytes, unless its last segment alone takes more.
 * Rule: each piece is written at a place of its own, so one whose write was under way may be written again.
 */
import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface Segment {
  readonly path: string;
  bytes: number;
}

type Task =
  | { readonly type: 'write'; readonly path: string; readonly at: number; readonly piece: Buffer }
  | { readonly type: 'remove'; readonly path: string };

export interface SegmentRingOptions {
  /** It has this ring alone, and is created if its parent exists. */
  readonly directory: string;
  readonly bytesMax: number;
  /** Called once if the disk fails. Nothing is kept from then on. */
  readonly onFailed: (error: unknown) => void;
}

export class SegmentRing {
  readonly #options: SegmentRingOptions;
  /** From the oldest on. */
  readonly #segments: Segment[];
  #nextNumber: number;
  /** The first one is under way. */
  readonly #tasks: Task[] = [];
  #working: Promise<void> | undefined;
  #hasFailed = false;

  private constructor(options: SegmentRingOptions, segments: Segment[], nextNumber: number) {
    this.#options = options;
    this.#segments = segments;
    this.#nextNumber = nextNumber;
  }

  /** Goes on behind the segments of earlier runs. Rejects with the system's error. */
  static async open(options: SegmentRingOptions): Promise<SegmentRing> {
    const { directory } = options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const numbers = await numbersIn(directory);
    const segments: Segment[] = [];
    for (const number of numbers) {
      const path = join(directory, nameOf(number));
      segments.push({ path, bytes: (await stat(path)).size });
    }
    return new SegmentRing(options, segments, (numbers.at(-1) ?? -1) + 1);
  }

  /** Begins the next segment, which gets what is added from now on. */
  begin(): void {
    const path = join(this.#options.directory, nameOf(this.#nextNumber));
    this.#nextNumber += 1;
    this.#segments.push({ path, bytes: 0 });
  }

  /** Adds to the last segment. Called after {@link SegmentRing.begin}. */
  add(piece: Buffer): void {
    const last = this.#segments.at(-1);
    if (last === undefined || this.#hasFailed) return;
    this.#tasks.push({ type: 'write', path: last.path, at: last.bytes, piece });
    last.bytes += piece.length;
    this.#dropOldest();
    this.#working ??= this.#work();
  }

  /** Resolves when all that was added is in its file. */
  async written(): Promise<void> {
    await this.#working;
  }

  /** Writes all that is not known to be in its file before it returns: the process is about to end. */
  writeNow(): void {
    try {
      for (const task of this.#tasks.splice(0)) {
        if (task.type === 'remove') rmSync(task.path, { force: true });
        else writePieceNow(task);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #dropOldest(): void {
    let bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    while (bytes > this.#options.bytesMax && this.#segments.length > 1) {
      const oldest = this.#segments.shift();
      if (oldest === undefined) return;
      bytes -= oldest.bytes;
      this.#tasks.push({ type: 'remove', path: oldest.path });
    }
  }

  async #work(): Promise<void> {
    try {
      for (let task = this.#tasks[0]; task !== undefined; task = this.#tasks[0]) {
        if (task.type === 'remove') await rm(task.path, { force: true });
        else await writePiece(task);
        // None is left if all were written at once meanwhile.
        this.#tasks.shift();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#working = undefined;
  }

  #fail(error: unknown): void {
    this.#hasFailed = true;
    this.#tasks.length = 0;
    this.#options.onFailed(error);
  }
}

/** What the segments in a directory hold, from the oldest on. Empty if there are none. */
export async function readSegments(directory: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (const number of await numbersIn(directory)) {
    // One that is dropped meanwhile was the oldest.
    const path = join(directory, nameOf(number));
    pieces.push(await readFile(path).catch((error: unknown) => emptyIfAbsent(error)));
  }
  return Buffer.concat(pieces);
}

/** An opening that is late must not cut off what was written at once meanwhile. */
const flags = constants.O_CREAT | constants.O_WRONLY;

type Write = Extract<Task, { type: 'write' }>;

async function writePiece({ path, at, piece }: Write): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    const { bytesWritten } = await handle.write(piece, 0, piece.length, at);
    expectWhole(piece, bytesWritten);
  } finally {
    await handle.close();
  }
}

function writePieceNow({ path, at, piece }: Write): void {
  const file = openSync(path, flags, 0o600);
  try {
    expectWhole(piece, writeSync(file, piece, 0, piece.length, at));
  } finally {
    closeSync(file);
  }
}

function expectWhole(piece: Buffer, bytesWritten: number): void {
  if (bytesWritten !== piece.length) throw new Error('the disk took a part of what was written');
}

async function numbersIn(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  return names
    .flatMap((name) => (segmentName.test(name) ? [Number.parseInt(name, 10)] : []))
    .sort((a, b) => a - b);
}

const segmentName = /^\d{8}\.gz$/;

function nameOf(number: number): string {
  return `${String(number).padStart(8, '0')}.gz`;
}

function emptyIfAbsent(error: unknown): Buffer {
  if (isAbsent(error)) return Buffer.alloc(0);
  throw error;
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
