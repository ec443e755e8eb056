/**
 * A watch: asks for the changes after the last ones it has handed out, again and again. Any server can answer, so a
 * watch survives the loss of a server without losing or repeating a change.
 */
import {
  type ChangeEvent,
  type CommandOf,
  type KeyRange,
  type ReplyOf,
  scanLimitMax,
  type Versions,
} from '@paxkv/protocol';
import type { Codec } from '../codec.ts';
import { PagedScan } from '../range/scan.ts';
import type { Key, Value } from '../value-encoding.ts';

/** A key was written. */
export interface WatchedPut<E> extends Versions {
  /** `initial`: the entry was present when the watch began. */
  readonly type: 'put' | 'initial';
  readonly key: Key<E>;
  readonly value: Value<E>;
}

/** A key was removed. */
export interface WatchedDelete<E> {
  readonly type: 'delete';
  readonly key: Key<E>;
  /** The revision at which it was removed. */
  readonly modRevision: number;
}

/** A change of one key. */
export type WatchedChange<E> = WatchedPut<E> | WatchedDelete<E>;

/** The watch has handed out every change up to this revision. Another one can begin after it. */
export interface WatchProgress {
  readonly type: 'progress';
  readonly revision: number;
}

/** What a watch hands out. */
export type WatchEvent<E> = WatchedChange<E> | WatchProgress;

/** Changes that belong together: all those of a revision are in one batch. */
export interface WatchBatch<E> {
  readonly changes: readonly WatchedChange<E>[];
  /**
   * The watch has handed out every change up to this revision. `undefined` until all entries that were present are
   * handed out.
   */
  readonly revision: number | undefined;
}

/**
 * The changes of a range, in the order of their revisions, each once, from the moment on at which it is first read:
 * every write acknowledged after the first progress mark is seen. `for await` reads changes one by one with progress
 * marks between them, about one a second if nothing changes, and `batches()` reads them as they belong together. A watch
 * ends when its signal fires, or with an error; it can be continued by another one after the last progress mark.
 *
 * With `initial` the entries that are present come first, in the order of their keys and all as they are at one revision,
 * then the changes after it.
 */
export interface Watch<E> extends AsyncIterable<WatchEvent<E>> {
  /**
   * @throws KvError, always `not done`: `KV_COMPACTED` if no server that answers has the changes any more, and those of a
   *   read, `KV_NOT_DECODABLE` among them.
   */
  batches(): AsyncIterable<WatchBatch<E>>;
}

export interface WatchParts<E> {
  readonly range: KeyRange;
  readonly after: number | 'now' | 'initial';
  readonly waitMs: number;
  readonly signal: AbortSignal | undefined;
  changes(command: CommandOf<'changes'>): Promise<ReplyOf<'changes'>>;
  scan(command: CommandOf<'scan'>): Promise<ReplyOf<'scan'>>;
  readonly codec: Pick<Codec<E>, 'fromKey' | 'fromValue'>;
}

export class PolledWatch<E> implements Watch<E> {
  readonly #parts: WatchParts<E>;

  constructor(parts: WatchParts<E>) {
    this.#parts = parts;
  }

  async *batches(): AsyncGenerator<WatchBatch<E>> {
    try {
      yield* this.#batches();
    } catch (error) {
      if (this.#parts.signal?.aborted !== true) throw error;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent<E>> {
    for await (const { changes, revision } of this.batches()) {
      yield* changes;
      if (revision !== undefined) yield { type: 'progress', revision };
    }
  }

  async *#batches(): AsyncGenerator<WatchBatch<E>> {
    const { after: begin, waitMs } = this.#parts;
    let after = 0;
    if (begin !== 'initial') after = begin === 'now' ? await this.#now() : begin;
    else {
      for await (const { revision, entries } of this.#present().pages()) {
        after = revision;
        yield { changes: entries, revision: undefined };
      }
    }
    yield { changes: [], revision: after };
    for (;;) {
      const { revision, events } = await this.#ask(after, waitMs);
      after = revision;
      yield { changes: events.map((event) => this.#toChange(event)), revision };
    }
  }

  #present(): PagedScan<WatchedPut<E>> {
    const { range, scan } = this.#parts;
    return new PagedScan({
      ...{ range, reverse: false, keysOnly: false, asOf: 'now', isPinned: true },
      ...{ limit: Number.POSITIVE_INFINITY, pageSize: scanLimitMax },
      read: scan,
      toEntry: (entry) => this.#toPut('initial', entry),
    });
  }

  async #now(): Promise<number> {
    return (await this.#ask('now', 0)).revision;
  }

  #ask(after: number | 'now', waitMs: number): Promise<ReplyOf<'changes'>> {
    return this.#parts.changes({ type: 'changes', ...this.#parts.range, after, waitMs });
  }

  #toChange(event: ChangeEvent): WatchedChange<E> {
    if (event.type === 'put') return this.#toPut('put', event);
    return { ...event, key: this.#parts.codec.fromKey(event.key) };
  }

  #toPut(
    type: WatchedPut<E>['type'],
    {
      key,
      value = new Uint8Array(),
      createRevision,
      modRevision,
      version,
    }: Versions & { readonly key: Uint8Array; readonly value: Uint8Array | undefined },
  ): WatchedPut<E> {
    const { codec } = this.#parts;
    const versions = { createRevision, modRevision, version };
    return { type, key: codec.fromKey(key), value: codec.fromValue(value), ...versions };
  }
}
