/**
 * The auth table at the position of the state machine, and the store as the principal of a request may use it.
 * Rule: what the table at a request's place in the log does not allow has no effect, whatever the server that took
 * the request knew. The principal is in the log, so that all replicas decide alike.
 */
import { type AuthTable, emptyAuthTable, type Request } from '@paxkv/protocol';
import { authLevel } from '../features.ts';
import type { Position, StateStore } from '../state-store.ts';
import type { Applying } from '../store/commands/effect.ts';
import { nameOf } from '../store/latin1.ts';
import { authKey, authTableIn } from './auth-entry.ts';
import { refusalOf } from './rights.ts';

export class Auth {
  #table: AuthTable;

  private constructor(table: AuthTable) {
    this.#table = table;
  }

  /** The table of a state. Below its feature level there is none, and a start reads nothing for it. */
  static async load(
    store: Pick<StateStore, 'readEntries'>,
    { featureLevel }: Pick<Position, 'featureLevel'>,
  ): Promise<Auth> {
    if (featureLevel < authLevel) return new Auth(emptyAuthTable);
    const [slot] = await store.readEntries([nameOf(authKey)]);
    return new Auth(authTableIn(slot?.entry));
  }

  get table(): AuthTable {
    return this.#table;
  }

  /** The store as the principal of `request` may use it. A refusal is a reply like any other, and is kept for retries. */
  storeFor(
    { command: { type }, principal }: Pick<Request, 'command' | 'principal'>,
    store: Applying,
  ): Applying {
    if (principal === undefined && !this.#table.required && type !== 'setAuth') return store;
    return {
      apply: (command, slots, owner) => {
        const reason = refusalOf(this.#table, principal, command);
        if (reason !== undefined) return { type: 'refused', reason };
        const reply = store.apply(command, slots, owner);
        if (reply.type === 'setAuth') this.#table = authTableIn(slots[0]?.entry);
        return reply;
      },
    };
  }
}
