/** What a command does to the store: one file of this folder for each. `table.ts` lists them. */
import type { Command, CommandOf, RefusedReply, ReplyOf } from '@paxkv/protocol';
import type { CacheSlot } from '../cached-entry.ts';

/** A command about one key. Sessions are opened elsewhere. */
export type KeyCommand = Exclude<Command, { type: 'openSession' }>;

export type KeyReply = ReplyOf<KeyCommand['type']> | RefusedReply;

/** What a command may do. */
export interface Changes {
  /** The revision of the store: how many commands wrote something, ever. */
  readonly revision: number;
  /** Sets the value of a key, with one character for each byte. Gives the new revision. */
  write(place: CacheSlot, text: string): number;
  /** Removes a key that is present. Gives the new revision. */
  remove(place: CacheSlot): number;
}

export interface Effect<C extends KeyCommand> {
  /** `place` is that of the key. Command and state alone decide: no clock, no chance, no setting. */
  apply(command: C, place: CacheSlot, changes: Changes): ReplyOf<C['type']> | RefusedReply;
}

export type EffectOf<T extends KeyCommand['type']> = Effect<CommandOf<T>>;
