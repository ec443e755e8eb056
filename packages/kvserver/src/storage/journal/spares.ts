/**
 * Keeps the next segment ready: its blocks are allocated, and its header says that it is a spare. It is made
 * from a segment that is needed no more, or anew, while records are being written elsewhere.
 */
import { strict as assert } from 'node:assert';
import { type Spare, segmentName, unfinishedName } from './segment.ts';
import type { SegmentFile, SegmentFiles } from './segment-files.ts';
import { encodeHeader } from './segment-header.ts';

export interface SparesOptions {
  readonly files: SegmentFiles;
  readonly owner: string;
  /** The size of a segment in bytes. */
  readonly size: number;
}

export class Spares {
  readonly #options: SparesOptions;
  /** The next segment, ready or being made. */
  #spare: Promise<Spare> | undefined;
  /** Files are made and removed one at a time, in the order asked for. */
  #work: Promise<unknown> = Promise.resolve();
  /** Open files that nobody else closes. */
  readonly #held = new Set<SegmentFile>();

  constructor(options: SparesOptions) {
    this.#options = options;
  }

  get isPrepared(): boolean {
    return this.#spare !== undefined;
  }

  /** Begins to make one, if there is none. If that fails, `take` tries once more. */
  prepare(sequence: number): void {
    if (this.#spare !== undefined) return;
    const before = this.#work;
    const making = before.then(() => this.#make(sequence));
    making.catch(done);
    this.#spare = making;
    // A disk that was full may have room again, so what follows does not fail with it.
    this.#work = before.then(() => making.then(done, done));
    this.#work.catch(done);
  }

  /** Hands over the next segment. @throws Error of the file system. */
  async take(sequence: number): Promise<Spare> {
    let spare = await this.#spare?.catch(() => undefined);
    if (spare === undefined) {
      this.#spare = undefined;
      this.prepare(sequence);
      spare = await this.#spare;
    }
    this.#spare = undefined;
    assert(spare?.sequence === sequence, `segment ${sequence} comes next`);
    this.#held.delete(spare.file);
    return spare;
  }

  /**
   * Takes segments out of use, the oldest first; the newest becomes the spare `sequence` if there is none.
   * Durable one by one, so that a crash leaves no gap. After a failure `take` fails too.
   */
  retire(segments: readonly Spare[], sequence: number): void {
    for (const { file } of segments) this.#held.add(file);
    const newest = segments.at(-1);
    const isReusable = newest?.file.size === this.#options.size && !this.isPrepared;
    const removed = isReusable ? segments.slice(0, -1) : segments;
    for (const segment of removed) this.#removeInOrder(segment);
    if (isReusable) this.#spare = this.#inOrder(() => this.#reuse(newest, sequence));
  }

  /** Keeps one of the spares that were found, and removes the others. */
  adopt(spares: readonly Spare[], sequence: number): void {
    for (const { file } of spares) this.#held.add(file);
    const [first, ...others] = spares;
    const isFit = first?.sequence === sequence && first.file.size === this.#options.size;
    for (const spare of (isFit ? others : spares).toReversed()) {
      this.#removeInOrder(spare);
    }
    if (isFit) this.#spare = this.#inOrder(() => this.#blank(first.file, sequence));
  }

  /** Resolves when all that was asked for is done. @throws Error of the file system. */
  async settled(): Promise<void> {
    await this.#work;
    await this.#spare;
  }

  /** Finishes what was begun, and closes all files. Never rejects, since no record depends on them. */
  async close(): Promise<void> {
    await this.#work.catch(done);
    await this.#spare?.catch(done);
    this.#spare = undefined;
    for (const file of this.#held) await file.close().catch(done);
    this.#held.clear();
  }

  async #make(sequence: number): Promise<Spare> {
    const { files, size } = this.#options;
    const file = await files.create(unfinishedName, size);
    this.#held.add(file);
    await this.#blank(file, sequence);
    await files.rename(unfinishedName, segmentName(sequence));
    await files.syncNames();
    return { sequence, file };
  }

  async #reuse({ sequence: former, file }: Spare, sequence: number): Promise<Spare> {
    const { files } = this.#options;
    // The header first: a segment in use under the name of another counts as damage.
    await this.#blank(file, sequence);
    await files.rename(segmentName(former), segmentName(sequence));
    await files.syncNames();
    return { sequence, file };
  }

  async #blank(file: SegmentFile, sequence: number): Promise<Spare> {
    const { owner, size } = this.#options;
    const header = encodeHeader({
      state: 'spare',
      owner,
      sequence,
      firstIndex: 0,
      previous: 0,
      size,
    });
    await file.write([header], 0);
    return { sequence, file };
  }

  #removeInOrder(segment: Spare): void {
    this.#inOrder(() => this.#remove(segment)).catch(done);
  }

  async #remove({ sequence, file }: Spare): Promise<void> {
    const { files } = this.#options;
    this.#held.delete(file);
    await file.close();
    await files.remove(segmentName(sequence));
    await files.syncNames();
  }

  /** After a failure everything that follows fails too. */
  #inOrder<T>(act: () => Promise<T>): Promise<T> {
    const acted = this.#work.then(act);
    acted.catch(done);
    this.#work = acted;
    return acted;
  }
}

/** `take` and `settled` tell of a failure. */
function done(): void {}
