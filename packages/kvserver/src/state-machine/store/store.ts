/**
 * The store: what a command does to keys and values. It works in memory alone; reading and writing the
 * database is left to others.
 */
import assert from 'node:assert/strict';
import type { Bytes, Command, Reply } from '@paxkv/protocol';
import { valueBytesMax } from '@paxkv/protocol';
import type { CacheSlot } from './cached-entry.ts';
import { fromCachedEntry } from './cached-value.ts';
import type { EntryCache } from './entry-cache.ts';
import { toText } from './latin1.ts';

/** A command about one key. */
export type KeyCommand = Exclude<Command, { type: 'openSession' }>;

export type KeyReply = Exclude<Reply, { type: 'sessionOpened' }>;

export class Store {
  readonly #places: Pick<EntryCache, 'change'>;
  #revision: number;

  /** `revision` is that of the state whose `places` these are. */
  constructor(revision: number, places: Pick<EntryCache, 'change'>) {
    this.#revision = revision;
    this.#places = places;
  }

  /** Counts the commands that wrote something, ever. */
  get revision(): number {
    return this.#revision;
  }

  /** `place` is that of the command's key. */
  apply(command: KeyCommand, place: CacheSlot | undefined): KeyReply {
    assert(place !== undefined, 'every key a command names is in memory');
    switch (command.type) {
      case 'get':
        return { type: 'got', entry: place.entry && fromCachedEntry(place.entry) };
      case 'put':
        return { type: 'put', revision: this.#write(place, toText(command.value)) };
      case 'append':
        return this.#append(place, command.value);
      case 'delete':
        return this.#delete(place);
    }
  }

  #append(place: CacheSlot, tail: Bytes): KeyReply {
    const head = place.entry?.text ?? '';
    const length = head.length + tail.length;
    if (length > valueBytesMax) return { type: 'refused', reason: 'tooLarge' };
    return { type: 'appended', revision: this.#write(place, head + toText(tail)), length };
  }

  #delete(place: CacheSlot): KeyReply {
    const existed = place.entry !== undefined;
    if (!existed) return { type: 'deleted', revision: this.#revision, existed };
    const revision = this.#advance();
    this.#places.change(place, undefined);
    return { type: 'deleted', revision, existed };
  }

  #write(place: CacheSlot, text: string): number {
    const { entry: before } = place;
    const revision = this.#advance();
    this.#places.change(place, {
      text,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    });
    return revision;
  }

  #advance(): number {
    assert(this.#revision < Number.MAX_SAFE_INTEGER, 'revisions are exact integers');
    this.#revision += 1;
    return this.#revision;
  }
}
