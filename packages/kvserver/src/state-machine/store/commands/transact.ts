/**
 * Applies a transaction to copies of the slots, which replace the entries once every operation was done.
 * Rule: all of it takes effect, at one revision, or nothing does.
 */
import {
  type Bytes,
  type CommandOf,
  type Comparison,
  type LeaseId,
  type Operation,
  type OperationReply,
  type RefusedReply,
  type ReplyOf,
  type Transaction,
  transactionBytesMax,
} from '@paxkv/protocol';
import type { LeaseDraft } from '../../leases/lease-draft.ts';
import type { CacheSlot } from '../cached-entry.ts';
import type { CachedEntry, CachedValue } from '../cached-value.ts';
import { nameOf, toText } from '../latin1.ts';
import { entryAfter } from '../next-entry.ts';
import type { Changes } from './effect.ts';
import { effectOf } from './table.ts';

/** What the entry of a key becomes. */
export interface EntryChange {
  readonly slot: CacheSlot;
  readonly entry: CachedEntry | undefined;
}

/** A reply with the changes that the transaction makes. */
export interface Transacted {
  readonly reply: ReplyOf<'transact'> | RefusedReply;
  readonly changes: readonly EntryChange[];
  /** Bytes of the values in the reply. */
  readonly readBytes: number;
}

export interface TransactOptions {
  /** The revision of the store before. */
  readonly revision: number;
  /** What the transaction does to leases. */
  readonly leases: LeaseDraft;
  /** Bytes of values that the reply may hold. If the transaction reads more, its reply has no results. */
  readonly readBytesMax: number;
}

/** `slots`: those of every key in the command. */
export function transact(
  command: CommandOf<'transact'>,
  slots: readonly CacheSlot[],
  options: TransactOptions,
): Transacted {
  const draft = new Draft(slots, options);
  const reply = draft.apply(command);
  if (reply.type === 'refused') return { reply, changes: [], readBytes: 0 };
  const { changes, readBytes } = draft;
  if (readBytes <= options.readBytesMax) return { reply, changes, readBytes };
  return { reply: { ...reply, results: null }, changes, readBytes: 0 };
}

class Draft implements Changes {
  readonly leases: LeaseDraft;
  /** The revision of every write. */
  readonly #writeRevision: number;
  /** The slot of each key, and the copy that the operations change. */
  readonly #copies = new Map<string, { readonly slot: CacheSlot; readonly copy: CacheSlot }>();
  #hasWritten = false;
  readonly #readBytesMax: number;
  #readBytes = 0;

  constructor(slots: readonly CacheSlot[], { revision, leases, readBytesMax }: TransactOptions) {
    this.leases = leases;
    this.#writeRevision = revision + 1;
    this.#readBytesMax = readBytesMax;
    for (const slot of slots) this.#copies.set(slot.name, { slot, copy: { ...slot } });
  }

  get revision(): number {
    return this.#hasWritten ? this.#writeRevision : this.#writeRevision - 1;
  }

  /** Bytes of the values that gets have read. */
  get readBytes(): number {
    return this.#readBytes;
  }

  get changes(): readonly EntryChange[] {
    return [...this.#copies.values()]
      .filter(({ slot, copy }) => slot.entry !== copy.entry)
      .map(({ slot, copy }) => ({ slot, entry: copy.entry }));
  }

  apply(transaction: Transaction): ReplyOf<'transact'> | RefusedReply {
    const passed = transaction.if.every((comparison) => this.#holds(comparison));
    const results: OperationReply[] = [];
    for (const operation of passed ? transaction.then : transaction.else) {
      const reply = this.#do(operation);
      if (reply.type === 'refused') return reply;
      results.push(reply);
    }
    return { type: 'transact', passed, revision: this.revision, results };
  }

  write(copy: CacheSlot, value: CachedValue, lease?: LeaseId): number {
    this.#hasWritten = true;
    const revision = this.#writeRevision;
    copy.entry = entryAfter(copy.entry, { value, revision, lease });
    return revision;
  }

  remove(copy: CacheSlot): number {
    this.#hasWritten = true;
    copy.entry = undefined;
    return this.#writeRevision;
  }

  #do(operation: Operation): OperationReply | RefusedReply {
    if (operation.type === 'transact') return this.apply(operation);
    const copy = this.#copyOf(operation.key);
    if (operation.type === 'get') {
      this.#readBytes += copy.entry?.value.length ?? 0;
      if (this.#readBytes > transactionBytesMax)
        return { type: 'refused', reason: 'readsTooLarge' };
      // The reply will have no results, so no value is copied for it.
      if (this.#readBytes > this.#readBytesMax) return { type: 'get', entry: undefined };
    }
    return effectOf[operation.type].apply(operation, copy, this) as OperationReply | RefusedReply;
  }

  #holds(comparison: Comparison): boolean {
    const { entry } = this.#copyOf(comparison.key);
    if (comparison.of !== 'value') {
      return isRelated(entry?.[comparison.of] ?? 0, comparison.to, comparison.is);
    }
    if (entry === undefined) return false;
    return isRelated(orderOf(entry.value, comparison.to), 0, comparison.is);
  }

  #copyOf(key: Uint8Array): CacheSlot {
    const found = this.#copies.get(nameOf(key));
    if (found === undefined) throw new TypeError('A transaction has the slot of each of its keys.');
    return found.copy;
  }
}

/** Below, at or above 0 as `one` is below, equal to or above `other`. Takes no longer than `other` is long. */
function orderOf(one: CachedValue, other: Bytes): number {
  if (typeof one !== 'string') return Buffer.compare(one, other);
  // A text has one character for each byte, so texts are in the order of their bytes.
  const text = toText(other);
  if (one === text) return 0;
  return one < text ? -1 : 1;
}

function isRelated(one: number, other: number, is: Comparison['is']): boolean {
  switch (is) {
    case '=':
      return one === other;
    case '!=':
      return one !== other;
    case '<':
      return one < other;
    case '>':
      return one > other;
  }
}
