/**
 * The store: what a command does to keys and values. It works on entries read before, in memory, and
 * tells afterwards what changed; reading and writing the database is left to the state machine.
 */
import assert from 'node:assert/strict';
import { valueBytesMax } from '@paxkv/client/protocol';
import type { Bytes, Command, Entry, Reply } from './command.ts';
import { nameOf } from './rows/keys.ts';

/** A command about one key. */
export type KeyCommand = Exclude<Command, { type: 'openSession' }>;

export type KeyReply = Exclude<Reply, { type: 'sessionOpened' }>;

/** What a key holds; `undefined`, nothing. */
export interface Place {
  readonly key: Bytes;
  readonly entry: Entry | undefined;
  /** The checksum of the row that holds it in the database; `undefined` if there is none. */
  readonly rowSum?: number | undefined;
}

export class Store {
  readonly #places = new Map<string, Place>();
  readonly #changed = new Set<string>();
  #revision: number;

  /** `places` holds every key that a command will name. `revision` is that of the state they were read from. */
  constructor(revision: number, places: Iterable<Place>) {
    this.#revision = revision;
    for (const place of places) this.#places.set(nameOf(place.key), place);
  }

  /** Counts the commands that wrote something, ever. */
  get revision(): number {
    return this.#revision;
  }

  apply(command: KeyCommand): KeyReply {
    const { key } = command;
    const { entry } = this.#placeOf(key);
    switch (command.type) {
      case 'get':
        return { type: 'got', entry };
      case 'put':
        return { type: 'put', revision: this.#write(key, entry, command.value) };
      case 'append':
        return this.#append(key, entry, command.value);
      case 'delete':
        return this.#delete(key, entry);
    }
  }

  /** Every key written so far and what it holds now, in the order first written. */
  *changes(): Iterable<Place> {
    for (const name of this.#changed) {
      const place = this.#places.get(name);
      if (place !== undefined) yield place;
    }
  }

  #append(key: Bytes, entry: Entry | undefined, tail: Bytes): KeyReply {
    const head = entry?.value ?? new Uint8Array();
    const length = head.length + tail.length;
    if (length > valueBytesMax) return { type: 'refused', reason: 'tooLarge' };
    const value = new Uint8Array(length);
    value.set(head);
    value.set(tail, head.length);
    return { type: 'appended', revision: this.#write(key, entry, value), length };
  }

  #delete(key: Bytes, entry: Entry | undefined): KeyReply {
    if (entry === undefined) return { type: 'deleted', revision: this.#revision, existed: false };
    const revision = this.#advance();
    this.#set(key, undefined);
    return { type: 'deleted', revision, existed: true };
  }

  #write(key: Bytes, before: Entry | undefined, value: Bytes): number {
    const revision = this.#advance();
    this.#set(key, {
      value,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    });
    return revision;
  }

  #placeOf(key: Bytes): Place {
    const place = this.#places.get(nameOf(key));
    assert(place !== undefined, 'every key a command names was read before');
    return place;
  }

  #set(key: Bytes, entry: Entry | undefined): void {
    const name = nameOf(key);
    this.#places.set(name, { ...this.#placeOf(key), entry });
    this.#changed.add(name);
  }

  #advance(): number {
    assert(this.#revision < Number.MAX_SAFE_INTEGER, 'revisions are exact integers');
    this.#revision += 1;
    return this.#revision;
  }
}
