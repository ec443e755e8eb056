/** The effect of a command on the store. Each command has a file in this folder; `table.ts` lists them. */
import type { Command, CommandOf, RefusedReply, ReplyOf } from '@paxkv/protocol';
import type { CacheSlot } from '../cached-entry.ts';
import type { CachedValue } from '../cached-value.ts';

/** A command about one entry. `sessions/` opens sessions. */
export type KeyCommand = Exclude<Command, { type: 'openSession' }>;

export type KeyReply = ReplyOf<KeyCommand['type']> | RefusedReply;

/** Applies commands to entries. */
export interface Applying {
  /** `slot`: the cache slot of the entry. */
  apply(command: KeyCommand, slot: CacheSlot | undefined): KeyReply;
}

/** The changes that a command may make. */
export interface Changes {
  /** The number of commands that have written something. */
  readonly revision: number;
  /** Sets the value of a key. Returns the new revision. */
  write(slot: CacheSlot, value: CachedValue): number;
  /** Removes a key that is present. Returns the new revision. */
  remove(slot: CacheSlot): number;
}

export interface Effect<C extends KeyCommand> {
  /** `slot`: that of the entry. The result depends on command and state only: no clock, randomness or settings. */
  apply(command: C, slot: CacheSlot, changes: Changes): ReplyOf<C['type']> | RefusedReply;
}

export type EffectOf<T extends KeyCommand['type']> = Effect<CommandOf<T>>;
