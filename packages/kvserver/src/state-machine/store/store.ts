/**
 * The store: applies commands to entries in memory, and counts revisions. The entry cache reads and writes the
 * database. The effect of each command is in `commands/`.
 */
import assert from 'node:assert/strict';
import type { CacheSlot } from './cached-entry.ts';
import type { CachedValue } from './cached-value.ts';
import type { Changes, KeyCommand, KeyReply } from './commands/effect.ts';
import { effectOf } from './commands/table.ts';
import type { EntryCache } from './entry-cache.ts';

export class Store implements Changes {
  readonly #cache: Pick<EntryCache, 'change'>;
  #revision: number;

  /** `revision`: that of the state in `cache`. */
  constructor(revision: number, cache: Pick<EntryCache, 'change'>) {
    this.#revision = revision;
    this.#cache = cache;
  }

  /** The number of commands that have written something. */
  get revision(): number {
    return this.#revision;
  }

  /** `slot`: the cache slot of the command's key. */
  apply(command: KeyCommand, slot: CacheSlot | undefined): KeyReply {
    assert(slot !== undefined, 'every key a command names is in memory');
    return effectOf[command.type].apply(command, slot, this);
  }

  write(slot: CacheSlot, value: CachedValue): number {
    const { entry: before } = slot;
    const revision = this.#advance();
    this.#cache.change(slot, {
      value,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    });
    return revision;
  }

  remove(slot: CacheSlot): number {
    const revision = this.#advance();
    this.#cache.change(slot, undefined);
    return revision;
  }

  #advance(): number {
    assert(this.#revision < Number.MAX_SAFE_INTEGER, 'revisions are exact integers');
    this.#revision += 1;
    return this.#revision;
  }
}
