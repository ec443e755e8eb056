/** The effect of a command on the store. Each command has a file in this folder; `table.ts` lists them. */
import type {
  Command,
  CommandOf,
  LeaseId,
  RangeRead,
  RefusedReply,
  ReplyOf,
} from '@paxkv/protocol';
import type { LeaseDraft } from '../../leases/lease-draft.ts';
import type { CacheSlot } from '../cached-entry.ts';
import type { CachedValue } from '../cached-value.ts';
import type { LeaseCommand } from './lease.ts';

/** A command in the log. */
export type LoggedCommand = Exclude<Command, RangeRead>;

/** A command about entries and leases. `sessions/` opens sessions. */
export type StoreCommand = Exclude<LoggedCommand, { type: 'openSession' }>;

/** A command about one entry. */
export type KeyCommand = Exclude<StoreCommand, LeaseCommand | { type: 'transact' | 'deleteRange' }>;

export type KeyReply = ReplyOf<KeyCommand['type']> | RefusedReply;

export type StoreReply = ReplyOf<StoreCommand['type']> | RefusedReply;

/** Applies commands to entries. */
export interface Applying {
  /**
   * `slots`: the cache slots of the entries, one for each key of `keysOf`, in the same order; for a deleteRange those of
   * `removableSlots`, and for a revokeLease those of its keys. `owner`: who owns the leases that the command makes.
   */
  apply(command: StoreCommand, slots: readonly CacheSlot[], owner: string): StoreReply;
}

/** The changes that a command may make. */
export interface Changes {
  /** The number of commands that have written something. */
  readonly revision: number;
  /** What the command does to leases. */
  readonly leases: LeaseDraft;
  /** Sets the value of a key, which has this lease from now on, or none. Returns the new revision. */
  write(slot: CacheSlot, value: CachedValue, lease?: LeaseId): number;
  /** Removes a key that is present. Returns the new revision. */
  remove(slot: CacheSlot): number;
}

export interface Effect<C extends KeyCommand> {
  /** `slot`: that of the entry. The result depends on command and state only: no clock, randomness or settings. */
  apply(command: C, slot: CacheSlot, changes: Changes): ReplyOf<C['type']> | RefusedReply;
}

export type EffectOf<T extends KeyCommand['type']> = Effect<CommandOf<T>>;
