/**
 * The store: applies commands to entries in memory, and counts revisions. The entry cache reads and writes the
 * database. The effect of each command is in `commands/`.
 */
import assert from 'node:assert/strict';
import type { CacheSlot } from './cached-entry.ts';
import type { CachedEntry, CachedValue } from './cached-value.ts';
import type { RecentChanges } from './changes/recent-changes.ts';
import { removalOf } from './commands/delete-range.ts';
import type { Applying, Changes, StoreCommand, StoreReply } from './commands/effect.ts';
import { effectOf } from './commands/table.ts';
import { transact } from './commands/transact.ts';
import type { EntryCache } from './entry-cache.ts';
import { entryAfter } from './next-entry.ts';

/**
 * Bytes of values in the replies to the transactions of one instance. Every server makes the replies of an instance at
 * once, and hashes them. This bound is part of the log format.
 */
const instanceReadBytesMax = 8 * 1024 * 1024;

export class Store implements Applying, Changes {
  readonly #cache: Pick<EntryCache, 'change'>;
  readonly #recent: Pick<RecentChanges, 'add'>;
  #revision: number;
  #instanceReadBytes = 0;

  /** `revision`: that of the state in `cache`. `recent` takes every change. Default: nothing does. */
  constructor(
    revision: number,
    cache: Pick<EntryCache, 'change'>,
    recent: Pick<RecentChanges, 'add'> = { add: () => {} },
  ) {
    this.#revision = revision;
    this.#cache = cache;
    this.#recent = recent;
  }

  /** The number of commands that have written something. */
  get revision(): number {
    return this.#revision;
  }

  /** The commands that follow are those of the next instance. */
  beginInstance(): void {
    this.#instanceReadBytes = 0;
  }

  apply(command: StoreCommand, slots: readonly CacheSlot[]): StoreReply {
    if (command.type === 'transact') {
      const readBytesMax = instanceReadBytesMax - this.#instanceReadBytes;
      const options = { revision: this.#revision, readBytesMax };
      const { reply, changes, readBytes } = transact(command, slots, options);
      this.#instanceReadBytes += readBytes;
      if (reply.type === 'transact' && reply.revision > this.#revision) this.#advance();
      for (const { slot, entry } of changes) this.#change(slot, entry);
      return reply;
    }
    if (command.type === 'deleteRange') return this.#removeFirst(slots);
    const [slot] = slots;
    assert(slot !== undefined, 'every key a command names is in memory');
    return effectOf[command.type].apply(command, slot, this);
  }

  write(slot: CacheSlot, value: CachedValue): number {
    const revision = this.#advance();
    this.#change(slot, entryAfter(slot.entry, value, revision));
    return revision;
  }

  remove(slot: CacheSlot): number {
    const revision = this.#advance();
    this.#change(slot, undefined);
    return revision;
  }

  #removeFirst(slots: readonly CacheSlot[]): StoreReply {
    const { removed, next } = removalOf(slots);
    if (removed.length > 0) this.#advance();
    for (const slot of removed) this.#change(slot, undefined);
    return { type: 'deleteRange', revision: this.#revision, deleted: removed.length, next };
  }

  /** The change is of the present revision. */
  #change(slot: CacheSlot, entry: CachedEntry | undefined): void {
    const { name, entry: before } = slot;
    this.#cache.change(slot, entry);
    this.#recent.add({ revision: this.#revision, name, before, entry });
  }

  #advance(): number {
    assert(this.#revision < Number.MAX_SAFE_INTEGER, 'revisions are exact integers');
    this.#revision += 1;
    return this.#revision;
  }
}
