/**
 * Decides at the entry of a server whether a request may continue. The log decides again at the request's place, and
 * a read is checked again when it is answered, so what is checked here only spares the log what it would refuse.
 * Rule: a request is refused only by a table that reflects every change acknowledged before the request came.
 */
import {
  type AuthTable,
  type Command,
  emptyAuthTable,
  KvError,
  type Principal,
  refusalToError,
} from '@paxkv/protocol';
import type { Submitter } from '../replica/submitter.ts';
import { authKey } from '../state-machine/auth/auth-entry.ts';
import { isKnown, mayDo, type Need, refusalOf } from '../state-machine/auth/rights.ts';

/** The replica as far as it is needed here. */
export type AuthSource = Pick<Submitter, 'submit' | 'authTable'>;

export interface AccessControlOptions {
  /** Whether this server refuses anonymous requests even if the table does not say so. */
  readonly isRequired: boolean;
  /** The replica, if one is attached. */
  readonly replica: () => AuthSource | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Check = (table: AuthTable) => 'unauthenticated' | 'forbidden' | undefined;

export class AccessControl {
  readonly #options: AccessControlOptions;
  #lastTable = emptyAuthTable;

  constructor(options: AccessControlOptions) {
    this.#options = options;
  }

  /** The table as this server knows it. While no replica is attached, that of the last one. */
  get table(): AuthTable {
    this.#lastTable = this.#options.replica()?.authTable ?? this.#lastTable;
    return this.#lastTable;
  }

  /** Whether anonymous requests are refused. */
  get isRequired(): boolean {
    return this.#options.isRequired || this.table.required;
  }

  /** @throws KvError `KV_UNAUTHENTICATED`, `KV_FORBIDDEN`, and the errors of a read if the table is not certain. */
  async expectCommand(principal: Principal | undefined, command: Command): Promise<void> {
    if (principal === undefined && !this.isRequired) return;
    await this.#expect(this.#commandCheck(principal, command));
  }

  /** The same for what is no command. */
  async expectNeed(principal: Principal | undefined, need: Need): Promise<void> {
    if (principal === undefined && !this.isRequired) return;
    await this.#expect((table) => {
      if (principal === undefined || !this.#isValid(table, principal)) return 'unauthenticated';
      return mayDo(table, principal, need) ? undefined : 'forbidden';
    });
  }

  /** For a read that is about to be answered: its state reflects every change that was acknowledged before it came. */
  expectStill(principal: Principal | undefined, command: Command): void {
    if (principal === undefined && !this.isRequired) return;
    const reason = this.#commandCheck(principal, command)(this.table);
    if (reason !== undefined) throw refusalToError(reason);
  }

  /** Resolves when the table reflects every change that was acknowledged before the call. */
  async refresh(): Promise<void> {
    const replica = this.#options.replica();
    if (replica === undefined) throw new KvError('KV_UNAVAILABLE', 'This server has no state yet.');
    await replica.submit({ command: { type: 'get', key: authKey } });
  }

  #commandCheck(principal: Principal | undefined, command: Command): Check {
    return (table) => {
      if (principal === undefined) return this.isRequired ? 'unauthenticated' : undefined;
      if (!this.#isValid(table, principal)) return 'unauthenticated';
      return refusalOf(table, principal, command);
    };
  }

  #isValid(table: AuthTable, principal: Principal): boolean {
    if (!isKnown(table, principal)) return false;
    const expires = table.tokens.find(({ id }) => id === principal.token)?.expires ?? 0;
    return expires === 0 || expires > this.#options.now();
  }

  async #expect(check: Check): Promise<void> {
    if (check(this.table) === undefined) return;
    await this.refresh();
    const reason = check(this.table);
    if (reason !== undefined) throw refusalToError(reason);
  }
}
