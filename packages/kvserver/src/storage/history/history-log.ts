/**
 * The history on disk: rows in files that only grow, one file after another. Each file is named by the revision after
 * which it begins.
 *
 * ```text
 *   0000000000000042.log     row …
 *   row                      until in 8 bytes │ length in 4 bytes │ the row as in `history-row.ts`
 * ```
 *
 * Rows are on disk before the state that they lead to, so a crash in between leaves rows that lead further than the
 * state. A reader skips them, since each row that counts ends where the next one begins.
 *
 * The history only saves work, so it fails nothing: if the disk fails, it has a gap, and begins anew behind it.
 */
import type { Bytes } from '@paxkv/protocol';
import type { HistoryChanges } from '../../state-machine/store/changes/history.ts';
import type { AppendFile, AppendFiles } from '../append-files.ts';
import type { WritePace } from '../state/write-pace.ts';
import { fromHistoryKey, fromHistoryRow, historyKey, rowsOf } from './history-row.ts';

/** Parts in which a history of full size is deleted. */
const partCount = 16;
const segmentBytesMin = 64 * 1024;
const headerBytes = 12;
const lengthOffset = 8;

export interface HistoryLogOptions {
  readonly files: AppendFiles;
  /** About so many bytes of changes are wanted. Files are deleted as what they hold leaves memory. */
  readonly bytesMax: number;
  /** The disk failed: the history has a gap. Called once until the disk works again. */
  readonly onFailed: (error: unknown) => void;
}

interface Segment {
  readonly name: string;
  readonly after: number;
}

/** The segment that is written to. */
interface OpenSegment extends Segment {
  readonly file: AppendFile;
}

/** Where a row is in its file. */
interface RowPlace {
  readonly until: number;
  readonly offset: number;
  readonly length: number;
}

/** A row as it is on disk, not verified. */
export interface StoredRow {
  readonly until: number;
  readonly key: Bytes;
  readonly sealed: Bytes;
}

export class HistoryLog {
  readonly #options: HistoryLogOptions;
  readonly #segmentBytesMax: number;
  /** In order. Those of earlier runs come first. */
  #segments: readonly Segment[] = [];
  #open: OpenSegment | undefined;
  #begun: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(options: HistoryLogOptions) {
    this.#options = options;
    this.#segmentBytesMax = Math.max(segmentBytesMin, options.bytesMax / partCount);
  }

  /**
   * The rows that earlier runs left, the latest first, as far as they can be read. What is appended after the call is
   * not among them. `revision`: that of the state. Rows that begin there, or later, led to a state that was never
   * written, and are removed.
   */
  begin(revision: number): AsyncGenerator<StoredRow, void> {
    this.#begun = this.#try(() => this.#find(revision));
    const found = this.#begun.then(() => this.#segments);
    return this.#rowsOf(found);
  }

  /** Adds the rows of some changes, and removes those whose changes may be dropped. Never rejects. */
  append(history: HistoryChanges, pace: WritePace): Promise<void> {
    return this.#try(async () => {
      await this.#begun;
      for (const row of rowsOf(history)) {
        const pieces = fromHistoryRow(row);
        const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
        const { file } = await this.#segmentFrom(row.after);
        await file.append([headerOf(row.until, bytes), ...pieces]);
        const paused = pace.onRow(bytes);
        if (paused !== undefined) await paused;
      }
      await this.#open?.file.flush();
      await this.#removeUntil(history.dropUntil);
    });
  }

  /** Called after the last `append` has settled. Never rejects. */
  async close(): Promise<void> {
    await this.#begun;
    await this.#complete();
  }

  async #find(revision: number): Promise<void> {
    await this.#complete();
    const { files } = this.#options;
    const segments: Segment[] = [];
    for (const { name } of await files.list()) {
      const after = afterIn(name);
      if (after !== undefined && after < revision) segments.push({ name, after });
      else await files.remove(name);
    }
    this.#segments = segments.sort((one, other) => one.after - other.after);
  }

  async *#rowsOf(found: Promise<readonly Segment[]>): AsyncGenerator<StoredRow, void> {
    for (const { name } of (await found).toReversed()) {
      let file: AppendFile | undefined;
      try {
        file = await this.#options.files.open(name);
        for (const place of (await placesIn(file)).reverse()) yield await readRow(file, place);
      } catch (error) {
        this.#options.onFailed(error);
        return;
      } finally {
        await file?.close();
      }
    }
  }

  /** The file to continue, or a new one. */
  async #segmentFrom(after: number): Promise<OpenSegment> {
    if (this.#open !== undefined && this.#open.file.size < this.#segmentBytesMax) return this.#open;
    await this.#complete();
    const name = nameOf(after);
    const file = await this.#options.files.create(name);
    this.#open = { name, after, file };
    this.#segments = [...this.#segments.filter((known) => known.name !== name), this.#open];
    return this.#open;
  }

  async #removeUntil(revision: number): Promise<void> {
    // A segment ends where the next one begins.
    while ((this.#segments[1]?.after ?? Number.POSITIVE_INFINITY) <= revision) {
      const [first, ...others] = this.#segments;
      if (first === undefined) return;
      await this.#options.files.remove(first.name);
      this.#segments = others;
    }
  }

  /** What comes next is written to another file. */
  async #complete(): Promise<void> {
    const { file } = this.#open ?? {};
    this.#open = undefined;
    await file?.close().catch(ignore);
  }

  async #try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.#hasFailed = false;
    } catch (error) {
      // What was written of a row would hide those behind it.
      await this.#complete();
      if (!this.#hasFailed) this.#options.onFailed(error);
      this.#hasFailed = true;
    }
  }
}

function headerOf(until: number, rowBytes: number): Bytes {
  const header = Buffer.alloc(headerBytes);
  header.set(historyKey(until));
  header.writeUInt32BE(rowBytes, lengthOffset);
  return header;
}

/** The rows of a file in order, up to its end or to a row that was not written whole. */
async function placesIn(file: AppendFile): Promise<RowPlace[]> {
  const places: RowPlace[] = [];
  const header = Buffer.alloc(headerBytes);
  for (let position = 0; position + headerBytes < file.size; ) {
    await file.read(header, position);
    const length = header.readUInt32BE(lengthOffset);
    const offset = position + headerBytes;
    position = offset + length;
    if (length === 0 || position > file.size) break;
    places.push({ until: fromHistoryKey(header), offset, length });
  }
  return places;
}

async function readRow(file: AppendFile, { until, offset, length }: RowPlace): Promise<StoredRow> {
  const sealed = Buffer.alloc(length);
  await file.read(sealed, offset);
  return { until, key: historyKey(until), sealed };
}

function nameOf(after: number): string {
  return `${String(after).padStart(16, '0')}.log`;
}

/** `undefined` for a file of another name. */
function afterIn(name: string): number | undefined {
  const [, digits] = /^(\d{16})\.log$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function ignore(): void {}
