/**
 * The log window: decided values that left memory although some peer still needs them, on disk. A peer that was
 * away gets them as pages of the log instead of a whole state. It holds consecutive instances, up to the last
 * one that left memory.
 *
 * The window only saves work, so nothing waits for it and it fails nothing: if the disk fails or cannot follow,
 * the window is dropped, and begins anew later.
 */
import type { Clock } from '@paxkv/paxos';
import type { AppendFiles } from '../append-files.ts';
import { crc32c } from '../crc32c.ts';
import { recoverSegments } from './recovered-segments.ts';
import { Unwritten } from './unwritten.ts';
import { type ReadLimits, type WindowDecision, WindowSegment } from './window-segment.ts';

/** Bytes that may wait in memory for the disk. Beyond them the window is dropped. */
const unwrittenBytesMax = 32 * 1024 * 1024;
/** Bytes of one write. */
const writeBytesMax = 1024 * 1024;
/** The pause before a write that would be smaller. */
const writePauseMs = 10;
/** Parts in which a window of full size is deleted, by bytes and by age. */
const partCount = 16;
const segmentBytesMax = 16 * 1024 * 1024;
/** After it was dropped, the window stays empty for so long. */
const retryMs = 60_000;

export interface LogWindowOptions {
  readonly files: AppendFiles;
  /** A name unique to the node: values of any other owner count as damaged. */
  readonly owner: string;
  readonly clock: Clock;
  /** The most bytes on disk. The oldest values go first. */
  readonly bytesMax: number;
  /** Values written longer ago than this are deleted. */
  readonly msMax: number;
  /** The window was dropped or shortened for this reason. Called at most once a minute for failures. */
  readonly onDropped: (reason: string) => void;
}

/** The instances that must or need not be kept. */
export interface Needed {
  /** Every peer is done with the instances below. */
  readonly everyPeerMin: number;
  /** A transfer under way needs the instances from here on. They are deleted for their bytes only. */
  readonly keepFrom: number;
}

export class LogWindow {
  readonly #options: LogWindowOptions;
  readonly #seed: number;
  readonly #unwritten = new Unwritten();
  #segments: WindowSegment[] = [];
  /** One above the last instance that was added. */
  #next = 0;
  #needed: Needed = { everyPeerMin: 0, keepFrom: Number.POSITIVE_INFINITY };
  /** Writes and deletions, one after another. Never rejects. */
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;
  #isClosed = false;
  /** How often everything was removed. */
  #removals = 0;
  /** Nothing is added before this time. */
  #emptyUntilMs = Number.NEGATIVE_INFINITY;

  private constructor(options: LogWindowOptions) {
    this.#options = options;
    this.#seed = crc32c(Buffer.from(options.owner));
  }

  /** Finds what an earlier run left. It is not used before `start`. */
  static async open(options: LogWindowOptions): Promise<LogWindow> {
    const window = new LogWindow(options);
    const { files, clock } = options;
    try {
      window.#segments = await recoverSegments({ files, seed: window.#seed, nowMs: clock.now() });
      window.#next = window.#segments.at(-1)?.next ?? 0;
    } catch (cause) {
      window.#drop(`it could not be read: ${reasonOf(cause)}`);
    }
    return window;
  }

  /** The lowest instance that it holds; equal to `next` if it holds none. */
  get first(): number {
    return this.#segments[0]?.first ?? this.#unwritten.first ?? this.#next;
  }

  /** One above the highest instance that it holds. */
  get next(): number {
    return this.#next;
  }

  /** The lowest instance that is in memory only, until it is written. */
  get unwrittenFrom(): number | undefined {
    return this.#unwritten.first;
  }

  /** What it takes on disk. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * The log in memory begins at `min`. What an earlier run left is kept only if nothing is missing in between.
   * Called once, before `add`.
   */
  start(min: number): void {
    // With no instance forgotten, these are of a memory that was lost.
    if (min > 0 && this.first < min && min <= this.#next) return;
    if (this.#segments.length > 0) {
      const ends = `it holds instances ${this.first} to ${this.#next - 1}`;
      this.#options.onDropped(`${ends}, and the log in memory begins at ${min}`);
    }
    this.#removeAll();
    this.#next = min;
  }

  /** Takes decisions that leave memory, in order. Neither waits nor throws. */
  add(decisions: readonly WindowDecision[]): void {
    if (this.#isClosed || this.#options.clock.now() < this.#emptyUntilMs) return;
    for (const decision of decisions) {
      if (decision.seq < this.#next) continue;
      // Every peer is done with the instances in between, or this one skipped them with a newer state.
      if (decision.seq > this.#next) this.#removeAll();
      this.#unwritten.add(decision);
      this.#next = decision.seq + 1;
    }
    if (this.#unwritten.bytes > unwrittenBytesMax) this.#drop('the disk cannot follow');
    this.#schedule();
  }

  holds(seq: number): boolean {
    return seq >= this.first && seq < this.#next;
  }

  /** Gives values from `seq` on, at least one; none if they are not here, or damaged. Never rejects. */
  async read(seq: number, limits: ReadLimits): Promise<Uint8Array[]> {
    const segment = this.#segments.find(({ next }) => seq < next);
    if (segment === undefined) return this.#unwritten.read(seq, limits);
    if (seq < segment.first) return [];
    try {
      return await segment.read(seq, limits);
    } catch (cause) {
      if (this.#segments.includes(segment)) this.#onDamaged(segment, cause);
      return [];
    }
  }

  /** Deletes what is not needed, or too much or too old. Neither waits nor throws. */
  trim(needed: Needed): void {
    this.#needed = needed;
    const { clock, bytesMax, msMax } = this.#options;
    const { keepFrom } = needed;
    const doneBelow = Math.min(needed.everyPeerMin, keepFrom);
    if (doneBelow >= this.#next) {
      this.#removeAll();
      return;
    }
    const oldestMs = clock.now() - msMax;
    const isOld = ({ next, writtenMs }: WindowSegment) => writtenMs < oldestMs && next <= keepFrom;
    let { bytes } = this;
    const kept = this.#segments.findIndex((segment) => {
      if (bytes <= bytesMax && segment.next > doneBelow && !isOld(segment)) return true;
      bytes -= segment.bytes;
      return false;
    });
    this.#removeFirst(kept === -1 ? this.#segments.length : kept);
  }

  /** Writes what waits, and closes the files. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let left = 1; left > 0; left = this.#unwritten.bytes) {
      if (left > 1) this.#write();
      await this.#work;
    }
    await this.#segments.at(-1)?.complete().catch(ignore);
  }

  /** Resolves when nothing waits to be written or deleted. */
  async settled(): Promise<void> {
    for (let work: Promise<void> | undefined; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }

  #schedule(): void {
    if (this.#isWriting || this.#isClosed || this.#unwritten.bytes === 0) return;
    this.#isWriting = true;
    this.#write();
    void this.#work.then(() => this.#pause());
  }

  /** More decisions gather in the meantime, so that one write takes many; unless there are enough already. */
  #pause(): void {
    const { clock } = this.#options;
    const pauseMs = this.#unwritten.bytes < writeBytesMax ? writePauseMs : 0;
    clock.at(clock.now() + pauseMs, () => {
      this.#isWriting = false;
      this.#schedule();
    });
  }

  #write(): void {
    this.#do(async () => {
      const { clock, bytesMax } = this.#options;
      const removals = this.#removals;
      const batch = this.#unwritten.next(Math.min(writeBytesMax, bytesMax / partCount));
      const [first] = batch;
      if (first === undefined) return;
      const segment = await this.#segmentFor(first.seq);
      await segment.append(batch, clock.now());
      // Otherwise the file is being removed: what waits is written to another one.
      if (this.#segments.includes(segment)) this.#unwritten.remove(batch);
      else if (this.#removals !== removals) await segment.remove();
      this.trim(this.#needed);
    });
  }

  /** The file to continue, or a new one if it is full or old. */
  async #segmentFor(seq: number): Promise<WindowSegment> {
    const { files, clock } = this.#options;
    const last = this.#segments.at(-1);
    if (last !== undefined && last.next === seq && !this.#isFull(last)) return last;
    const removals = this.#removals;
    await last?.complete();
    const at = { first: seq, nowMs: clock.now() };
    const segment = await WindowSegment.create(files, this.#seed, at);
    if (this.#removals === removals) this.#segments.push(segment);
    return segment;
  }

  #isFull(segment: WindowSegment): boolean {
    const { clock, bytesMax, msMax } = this.#options;
    const fullBytes = Math.min(segmentBytesMax, bytesMax / partCount);
    const fullMs = segment.createdMs + msMax / partCount;
    return segment.isComplete || segment.bytes >= fullBytes || clock.now() >= fullMs;
  }

  /** Keeps what follows the damaged file, so that the window still ends where memory begins. */
  #onDamaged(segment: WindowSegment, cause: unknown): void {
    this.#options.onDropped(`${reasonOf(cause)}; it begins at ${segment.next} now`);
    this.#removeFirst(1 + this.#segments.indexOf(segment));
  }

  #drop(reason: string): void {
    const nowMs = this.#options.clock.now();
    if (nowMs >= this.#emptyUntilMs) this.#options.onDropped(reason);
    this.#emptyUntilMs = nowMs + retryMs;
    this.#removeAll();
  }

  #removeAll(): void {
    this.#removals += 1;
    this.#unwritten.clear();
    this.#removeFirst(this.#segments.length);
  }

  #removeFirst(count: number): void {
    const removed = this.#segments.splice(0, count);
    if (removed.length === 0) return;
    this.#do(async () => {
      // A file that stays is removed by the next start.
      for (const segment of removed) await segment.remove().catch(ignore);
    });
  }

  #do(act: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      try {
        await act();
      } catch (cause) {
        this.#drop(`the disk failed: ${reasonOf(cause)}`);
      }
    });
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function ignore(): void {}
