/**
 * Writes records at the end of a log. A record that does not fit into the segment is continued in the next
 * one, so a record may be larger than a segment.
 *
 * A segment begins in two steps, each durable before the next: the segment before it is complete; its header
 * names it. Fragments follow only then.
 */
import { strict as assert } from 'node:assert';
import { firstPart, lastPart, sealFragment, slicePieces } from './fragment.ts';
import type { LogOwner } from './log-files.ts';
import type { LogRecord } from './record-reader.ts';
import { type LogEnd, roomBehind, type Segment } from './segment.ts';
import { encodeHeader, headerBytesOf } from './segment-header.ts';
import type { Spares } from './spares.ts';

/** The place of an appended record. */
export type Appended = Pick<LogRecord, 'index' | 'sequence' | 'bytes'>;

export interface LogWriterOptions {
  readonly owner: LogOwner;
  readonly spares: Spares;
  /** The segment to continue, and the place in it. */
  readonly active: Segment;
  readonly end: LogEnd;
  /** Takes each segment that is begun, open and durable. */
  readonly onBegun: (segment: Segment) => void;
}

export class LogWriter {
  readonly #owner: LogOwner;
  readonly #spares: Spares;
  readonly #onBegun: (segment: Segment) => void;
  #active: Segment;
  #end: LogEnd;
  #isBusy = false;

  constructor({ owner, spares, active, end, onBegun }: LogWriterOptions) {
    this.#owner = owner;
    this.#spares = spares;
    this.#onBegun = onBegun;
    this.#active = active;
    this.#end = end;
  }

  /** Makes a segment, durable when this resolves. @throws Error of the file system. */
  static async begin(
    spares: Spares,
    owner: LogOwner,
    sequence: number,
    end: LogEnd,
  ): Promise<Segment> {
    const { file } = await spares.take(sequence);
    const { nextIndex: firstIndex, previous } = end;
    const { size } = file;
    const header = {
      state: 'used',
      owner: owner.name,
      sequence,
      firstIndex,
      previous,
      size,
    } as const;
    try {
      await file.write([encodeHeader(header)], 0);
    } catch (cause) {
      await file.close();
      throw cause;
    }
    return { sequence, file, firstIndex, previous };
  }

  get end(): LogEnd {
    return this.#end;
  }

  /**
   * Writes one record, durable when this resolves.
   *
   * @throws Error of the file system. Every later call fails then, since nobody knows what was written.
   */
  async append(kind: number, payload: readonly Uint8Array[]): Promise<Appended> {
    assert(!this.#isBusy, 'one append at a time, and none after one that failed');
    this.#isBusy = true;
    const total = payload.reduce((sum, { length }) => sum + length, 0);
    let written = 0;
    let bytes = 0;
    let start: Pick<LogRecord, 'index' | 'sequence'> | undefined;
    do {
      if (this.#room < 0 || (this.#room === 0 && total > written)) await this.#next();
      const length = Math.min(this.#room, total - written);
      const part = (start ? 0 : firstPart) | (written + length === total ? lastPart : 0);
      start ??= { index: this.#end.nextIndex, sequence: this.#active.sequence };
      const slice = length === total ? payload : slicePieces(payload, written, length);
      bytes += await this.#writeFragment({ kind, part }, slice);
      written += length;
    } while (written < total);
    this.#isBusy = false;
    return { ...start, bytes };
  }

  get #room(): number {
    return roomBehind(this.#end, this.#active);
  }

  async #next(): Promise<void> {
    const { nextIndex, previous } = this.#end;
    const next = await LogWriter.begin(
      this.#spares,
      this.#owner,
      this.#active.sequence + 1,
      this.#end,
    );
    this.#active = next;
    this.#end = { offset: headerBytesOf(this.#owner.name), nextIndex, previous };
    this.#onBegun(next);
  }

  async #writeFragment(
    { kind, part }: { kind: number; part: number },
    payload: readonly Uint8Array[],
  ): Promise<number> {
    const { sequence, file } = this.#active;
    const { offset, nextIndex, previous } = this.#end;
    const header = { kind, part, sequence, index: nextIndex, previous };
    const { pieces, checksum, bytes } = sealFragment(header, payload, this.#owner.seed);
    await file.write(pieces, offset);
    this.#end = { offset: offset + bytes, nextIndex: nextIndex + 1, previous: checksum };
    return bytes;
  }
}
