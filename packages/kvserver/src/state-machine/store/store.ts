/**
 * The store: keys, values and the revision, and how commands change them. It works in memory alone; reading
 * and writing the database is left to others. What each command does stands in `commands/`.
 */
import assert from 'node:assert/strict';
import type { CacheSlot } from './cached-entry.ts';
import type { Changes, KeyCommand, KeyReply } from './commands/effect.ts';
import { effectOf } from './commands/table.ts';
import type { EntryCache } from './entry-cache.ts';

export class Store implements Changes {
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
    return effectOf[command.type].apply(command, place, this);
  }

  write(place: CacheSlot, text: string): number {
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

  remove(place: CacheSlot): number {
    const revision = this.#advance();
    this.#places.change(place, undefined);
    return revision;
  }

  #advance(): number {
    assert(this.#revision < Number.MAX_SAFE_INTEGER, 'revisions are exact integers');
    this.#revision += 1;
    return this.#revision;
  }
}
