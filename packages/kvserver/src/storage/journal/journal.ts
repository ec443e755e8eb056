/**
 * The journal: promises and votes on disk, in a segmented log. Each call of `write` is one record, flushed before
 * any message depends on it.
 * Rule: a promise or vote that another peer may know of is never lost unnoticed.
 */
import { strict as assert } from 'node:assert';
import type { Memory, Storage } from '@paxkv/paxos';
import { DiskError, reasonOf, toDiskError } from '../disk-error.ts';
import { Checkpointer } from './checkpointer.ts';
import { DiskProbe } from './disk-probe.ts';
import { openJournalLog } from './journal-log.ts';
import { JournalMemory } from './journal-memory.ts';
import type { JournalOwner } from './journal-owner.ts';
import { NodeSegmentFiles } from './node-segment-files.ts';
import { expectNoOlderJournal } from './older-journal.ts';
import type { JournalWrite } from './record-codec.ts';
import { encodeGroup, groupsIn, recordKinds, type WriteGroup } from './record-payload.ts';
import { RememberedWrites } from './remembered-writes.ts';
import type { SegmentFiles } from './segment-files.ts';
import type { SegmentedLog } from './segmented-log.ts';
import { type SetTimer, systemTimer } from './set-timer.ts';
import { type DiskTimes, type SlowWrites, WriteTimes } from './write-times.ts';

/**
 * Each segment costs about four flushes beside those of its records: with 16 MiB that is one in a hundred at
 * 45 kB a record. An idle node holds two segments, so larger ones would cost it disk.
 */
const segmentBytesDefault = 16 * 1024 * 1024;
const idleMsDefault = 1000;
/** A flush that takes this long is slow. */
const slowMs = 500;

export interface JournalOptions {
  readonly owner: JournalOwner;
  /** The size of each new segment in bytes; a multiple of 8, at least 1024. */
  readonly segmentBytes?: number | undefined;
  /** After so many milliseconds without a write, what is alive is gathered into one segment. */
  readonly idleMs?: number;
  /** Sets the timer of `idleMs`. Default: one of the system. */
  readonly after?: SetTimer | undefined;
  /** Learns how long each flushed write took, in milliseconds, also one that failed. */
  readonly onFlushed?: ((tookMs: number) => void) | undefined;
}

interface Parts {
  readonly files: SegmentFiles;
  readonly owner: JournalOwner;
  readonly log: SegmentedLog;
  readonly memory: JournalMemory;
  readonly idleMs: number;
  readonly after: SetTimer;
  readonly onFlushed: ((tookMs: number) => void) | undefined;
}

export class Journal implements Storage<Uint8Array> {
  readonly #parts: Parts;
  readonly #checkpointer: Checkpointer;
  readonly #times: WriteTimes;
  readonly #probe: DiskProbe;
  /** The work on the size of the log, while there is any; it goes on between writes. Never rejects. */
  #upkeep: Promise<void> | undefined;
  #cancelIdle: () => void = ignore;
  /** The write under way. Never rejects. */
  #writing: Promise<void> | undefined;
  #isClosed = false;
  #failure: DiskError | undefined;
  /** The writes that were read when it was opened, until they are loaded or something is written. */
  #opened: readonly JournalWrite[] | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
    this.#times = new WriteTimes(() => performance.now(), slowMs, parts.onFlushed);
    this.#checkpointer = new Checkpointer(parts.log, parts.memory);
    this.#probe = new DiskProbe(parts.files);
  }

  /**
   * Opens a journal and verifies every record. Damage to the last record alone looks like a write that a crash
   * cut short. It is noticed if `owner.writeIndexReached` counts that record; otherwise only other nodes can
   * tell, from the write index that they acknowledged.
   *
   * A journal that is absent altogether is made anew, unless it is known to have had a record. If its owner has
   * voted, its memory is lost.
   *
   * @throws DiskError `DISK_AMNESIA`, `DISK_JOURNAL_DAMAGED`, `DISK_NEWER_FORMAT`, `DISK_OLDER_FORMAT`,
   *   `DISK_IN_USE` or `DISK_UNUSABLE`. Nothing was modified but the lock.
   */
  static async open(options: JournalOptions & { readonly directory: string }): Promise<Journal> {
    const { directory } = options;
    const attempt = `open the journal in ${directory}`;
    try {
      await expectNoOlderJournal(directory);
      const files = await NodeSegmentFiles.open(directory);
      return await Journal.openOn(files, options, attempt);
    } catch (cause) {
      throw toDiskError(attempt, cause);
    }
  }

  /** Opens a journal on these files, and closes them with it. @throws DiskError as `open` does. */
  static async openOn(
    files: SegmentFiles,
    settings: JournalOptions,
    attempt = 'open the journal',
  ): Promise<Journal> {
    const { owner, segmentBytes = segmentBytesDefault, idleMs = idleMsDefault } = settings;
    const { onFlushed, after = systemTimer } = settings;
    try {
      const memory = new JournalMemory();
      const options = { files, owner: owner.name, segmentBytes };
      const writes = new RememberedWrites();
      const log = await openJournalLog(options, owner, { memory, writes });
      const journal = new Journal({ files, owner, log, memory, idleMs, after, onFlushed });
      journal.#opened = writes.inOrder(memory);
      journal.#tidyUp();
      return journal;
    } catch (cause) {
      await files.close();
      throw toDiskError(attempt, cause);
    }
  }

  /** The index of the last write, or 0. It continues over restarts. */
  get writeIndex(): number {
    return this.#parts.memory.writeIndex;
  }

  /** How long the disk takes for each record, and for each probe. */
  get times(): DiskTimes {
    return this.#times.times;
  }

  /** For how long the disk was flushing since the journal was opened, in milliseconds. */
  get flushedMs(): number {
    return this.#times.flushedMs;
  }

  /** The writes of half a second or more since the last call. */
  takeSlowWrites(): SlowWrites {
    return this.#times.takeSlow();
  }

  /**
   * Has the disk take a small write if nothing was written for `idleMs` and nothing is being written. Returns at
   * once: `times` shows the result. A failure is left to the next record to report.
   */
  probe(idleMs: number): void {
    if (this.#isClosed || this.#times.isBusy || this.#times.idleMs < idleMs) return;
    const begun = this.#times.begin();
    this.#probe.write().then(
      () => this.#times.end(begun),
      (cause: unknown) => this.#times.end(begun, reasonOf(cause)),
    );
  }

  /** The size on disk of the records that are still needed. The disk holds up to twice as much and one segment. */
  get liveBytes(): number {
    return this.#parts.memory.liveBytes;
  }

  /**
   * Opening it has read everything already. Only a further call, or one after a write, reads and verifies it again.
   *
   * @throws DiskError `DISK_JOURNAL_DAMAGED`.
   */
  load(): Promise<Memory<Uint8Array>> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) return Promise.resolve(this.#memoryOf(opened));
    const loading = Promise.all([this.#writing, this.#upkeep]).then(() => this.#read());
    // No segment may go while it is being read.
    this.#trackUpkeep(settledOf(loading));
    return loading;
  }

  /**
   * Writes one record.
   *
   * @throws DiskError `DISK_FAILED` (unknown), from then on for every call.
   */
  async write(writes: readonly JournalWrite[]): Promise<void> {
    assert(this.#writing === undefined, 'one write at a time');
    if (this.#failure !== undefined) throw this.#failure;
    if (writes.length === 0) return;
    this.#opened = undefined;
    const group = { writeIndex: this.writeIndex + 1, writes };
    const writing = this.#append(group, encodeGroup(group));
    this.#writing = settledOf(writing);
    try {
      await writing;
    } finally {
      this.#writing = undefined;
    }
    this.#tidyUp();
  }

  /** Resolves when no segment is being gathered, prepared or removed. Never rejects. */
  async settled(): Promise<void> {
    await this.#upkeep;
    await this.#parts.log.settled().catch(() => {});
  }

  /** May be called more than once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelIdle();
    await Promise.all([this.#writing, this.#upkeep]);
    await this.#probe.close();
    await this.#parts.log.close();
    await this.#parts.files.close();
  }

  async #append(group: WriteGroup, payload: readonly Uint8Array[]): Promise<void> {
    const { owner, log, memory } = this.#parts;
    const begun = this.#times.begin();
    try {
      // Waiting for nothing would still let other work go first, such as applying what was decided.
      if (this.#upkeep !== undefined) await this.#upkeep;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isClosed) throw new Error('the journal is closed');
      // The first record only introduces the node: if it is lost too, the node is new again.
      if (!owner.hasVoted && this.writeIndex > 0) await owner.markVoted();
      const { sequence, bytes } = await log.append(recordKinds.group, payload);
      memory.addGroup(group, sequence, bytes);
      this.#times.end(begun);
    } catch (cause) {
      this.#times.end(begun, reasonOf(cause));
      // Safety: nobody knows which part of it is on disk, and later records would build on it.
      this.#failure ??= writeFailed(`record ${group.writeIndex}`, cause);
      throw this.#failure;
    }
  }

  async #read(): Promise<Memory<Uint8Array>> {
    const { log, memory } = this.#parts;
    const writes = new RememberedWrites();
    await log.read(Number.MAX_SAFE_INTEGER, ({ kind, index, payload }) => {
      if (kind === recordKinds.checkpoint) return;
      for (const group of groupsIn(kind, payload)) writes.add(index, group);
    });
    return this.#memoryOf(writes.inOrder(memory));
  }

  #memoryOf(writes: readonly JournalWrite[]): Memory<Uint8Array> {
    const { owner } = this.#parts;
    const { writeIndex } = this;
    if (writeIndex > 0) return { state: 'kept', writeIndex, writes };
    return { state: owner.hasVoted ? 'lost' : 'new', writeIndex, writes: [] };
  }

  /** Begins the work on the size of the log, if there is any. */
  #tidyUp(): void {
    if (this.#isClosed) return;
    if (this.#checkpointer.isDue) this.#keepUp((checkpointer) => checkpointer.run());
    else this.#checkpointer.prepareNext();
    if (!this.#checkpointer.isScattered) return;
    const { idleMs, after } = this.#parts;
    this.#cancelIdle();
    this.#cancelIdle = after(idleMs, () => this.#onIdle());
  }

  #onIdle(): void {
    if (this.#isClosed || this.#writing !== undefined || this.#failure !== undefined) return;
    this.#keepUp((checkpointer) => checkpointer.gather());
  }

  #keepUp(act: (checkpointer: Checkpointer) => Promise<void>): void {
    const before = this.#upkeep ?? Promise.resolve();
    const work = before.then(async () => {
      try {
        if (this.#failure === undefined) await act(this.#checkpointer);
      } catch (cause) {
        this.#failure ??= writeFailed('a checkpoint', cause);
      }
    });
    this.#trackUpkeep(work);
  }

  #trackUpkeep(work: Promise<void>): void {
    this.#upkeep = work;
    void work.then(() => {
      if (this.#upkeep === work) this.#upkeep = undefined;
    });
  }
}

function settledOf(work: Promise<unknown>): Promise<void> {
  return work.then(ignore, ignore);
}

function ignore(): void {}

function writeFailed(what: string, cause: unknown): DiskError {
  const advice = 'It may or may not be on disk: the journal must be opened again.';
  const message = `Writing ${what} failed: ${reasonOf(cause)}. ${advice}`;
  return new DiskError('DISK_FAILED', message, cause);
}
