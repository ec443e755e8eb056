/**
 * The store: applies commands to entries in memory, and counts revisions. The entry cache reads and writes the
 * database. The effect of each command is in `commands/`.
 */
import { strict as assert } from 'node:assert';
import type { CommandOf, LeaseId } from '@paxkv/protocol';
import type { Lease } from '../leases/lease.ts';
import { LeaseDraft } from '../leases/lease-draft.ts';
import { type ExpiringLease, Leases } from '../leases/leases.ts';
import { localOwner } from '../sessions/opening.ts';
import type { CacheSlot } from './cached-entry.ts';
import type { CachedEntry, CachedValue } from './cached-value.ts';
import type { RecentChanges } from './changes/recent-changes.ts';
import { removalOf } from './commands/delete-range.ts';
import type { Applying, Changes, StoreCommand, StoreReply } from './commands/effect.ts';
import { applyToLease } from './commands/lease.ts';
import { effectOf } from './commands/table.ts';
import { transact } from './commands/transact.ts';
import type { EntryCache } from './entry-cache.ts';
import { entryAfter } from './next-entry.ts';

/**
 * Bytes of values in the replies to the transactions of one instance. Every server makes the replies of an instance at
 * once, and hashes them. This bound is part of the log format.
 */
const instanceReadBytesMax = 8 * 1024 * 1024;

export interface StoreParts {
  /** Takes every change. Default: nothing does. */
  readonly recent?: Pick<RecentChanges, 'add'>;
  /** The leases of the state. Default: none. */
  readonly leases?: Leases;
}

export class Store implements Applying, Changes {
  readonly #cache: Pick<EntryCache, 'change'>;
  readonly #recent: Pick<RecentChanges, 'add'>;
  readonly #leases: Leases;
  #revision: number;
  #instanceReadBytes = 0;
  /** On whose behalf the present command is done, and what it does to leases. */
  #owner = '';
  #draft: LeaseDraft | undefined;

  /** `revision`: that of the state in `cache`. */
  constructor(
    revision: number,
    cache: Pick<EntryCache, 'change'>,
    { recent = { add: () => {} }, leases = new Leases() }: StoreParts = {},
  ) {
    this.#revision = revision;
    this.#cache = cache;
    this.#recent = recent;
    this.#leases = leases;
  }

  /** The number of commands that have written something. */
  get revision(): number {
    return this.#revision;
  }

  get leases(): LeaseDraft {
    this.#draft ??= new LeaseDraft(this.#leases, this.#owner);
    return this.#draft;
  }

  /** The commands that follow are those of instance `seq` of this incarnation of the cluster. */
  beginInstance(seq: number, incarnation: string | undefined): void {
    this.#instanceReadBytes = 0;
    this.#leases.beginInstance(seq, incarnation);
  }

  apply(command: StoreCommand, slots: readonly CacheSlot[], owner = localOwner): StoreReply {
    this.#owner = owner;
    this.#draft = undefined;
    switch (command.type) {
      case 'transact':
        return this.#transact(command, slots);
      case 'deleteRange':
        return this.#removeFirst(slots);
      case 'grantLease':
      case 'renewLease':
      case 'revokeLease':
        return applyToLease(command, {
          leases: this.#leases,
          owner,
          end: (lease) => this.#end([lease], slots),
        });
      default:
        return effectOf[command.type].apply(command, slotOf(slots), this);
    }
  }

  /** Ends those of the leases that have not been renewed since. `slots`: those of all their keys. */
  expire(expiring: readonly ExpiringLease[], slots: readonly CacheSlot[]): void {
    const leases = expiring.map((one) => this.#leases.expired(one));
    this.#end(new Set(leases.filter((lease) => lease !== undefined)), slots);
  }

  write(slot: CacheSlot, value: CachedValue, lease?: LeaseId): number {
    const revision = this.#advance();
    this.#change(slot, entryAfter(slot.entry, { value, revision, lease }));
    return revision;
  }

  remove(slot: CacheSlot): number {
    const revision = this.#advance();
    this.#change(slot, undefined);
    return revision;
  }

  #transact(command: CommandOf<'transact'>, slots: readonly CacheSlot[]): StoreReply {
    const readBytesMax = instanceReadBytesMax - this.#instanceReadBytes;
    const options = { revision: this.#revision, leases: this.leases, readBytesMax };
    const { reply, changes, readBytes } = transact(command, slots, options);
    this.#instanceReadBytes += readBytes;
    if (reply.type === 'transact' && reply.revision > this.#revision) this.#advance();
    for (const { slot, entry } of changes) this.#change(slot, entry);
    return reply;
  }

  #removeFirst(slots: readonly CacheSlot[]): StoreReply {
    const { removed, next } = removalOf(slots);
    const revision = this.#removeAll(removed);
    return { type: 'deleteRange', revision, deleted: removed.length, next };
  }

  #end(leases: Iterable<Lease>, slots: readonly CacheSlot[]) {
    for (const lease of leases) this.#leases.end(lease);
    const present = slots.filter(({ entry }) => entry !== undefined);
    return { revision: this.#removeAll(present), deleted: present.length };
  }

  /** Removes present keys at one revision, which it returns. */
  #removeAll(slots: readonly CacheSlot[]): number {
    if (slots.length > 0) this.#advance();
    for (const slot of slots) this.#change(slot, undefined);
    return this.#revision;
  }

  /** The change is of the present revision. */
  #change(slot: CacheSlot, entry: CachedEntry | undefined): void {
    const { name, entry: before } = slot;
    if (before?.lease !== entry?.lease) {
      this.#draft?.carryOut(entry?.lease);
      this.#leases.move(name, before?.lease, entry?.lease);
    }
    this.#cache.change(slot, entry);
    this.#recent.add({ revision: this.#revision, name, before, entry });
  }

  #advance(): number {
    assert(this.#revision < Number.MAX_SAFE_INTEGER, 'revisions are exact integers');
    this.#revision += 1;
    return this.#revision;
  }
}

function slotOf([slot]: readonly CacheSlot[]): CacheSlot {
  assert(slot !== undefined, 'every key a command names is in memory');
  return slot;
}
