/** Reads and changes the auth table: the users of the cluster, their roles, and the hashes of their tokens. */
import { type AuthTable, KvError } from '@paxkv/protocol';
import type { CallOptions } from './options.ts';

/** The auth table and its revision. */
export interface VersionedAuthTable {
  readonly revision: number;
  readonly table: AuthTable;
}

/** The calls that it consists of. */
export interface AuthCalls {
  read(options: CallOptions | undefined): Promise<VersionedAuthTable>;
  write(
    command: { readonly type: 'setAuth'; readonly expected: number; readonly table: AuthTable },
    options: CallOptions | undefined,
  ): Promise<{ readonly revision: number }>;
}

/** How often a change begins anew because another administrator was faster. */
const attemptCountMax = 10;

/** Administers users. Every call needs the right `admin` once authentication is required. */
export class AuthAdmin {
  readonly #calls: AuthCalls;

  constructor(calls: AuthCalls) {
    this.#calls = calls;
  }

  /** The current table. @throws KvError */
  read(options?: CallOptions): Promise<VersionedAuthTable> {
    return this.#calls.read(options);
  }

  /**
   * Replaces the table by what `change` makes of it. If another administrator changes it meanwhile, `change` is called
   * again with the new table.
   *
   * @returns the revision of the new table.
   * @throws KvError with the outcome, and what `change` throws.
   */
  async change(change: (table: AuthTable) => AuthTable, options?: CallOptions): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      const { revision: expected, table } = await this.#calls.read(options);
      try {
        const command = { type: 'setAuth', expected, table: change(table) } as const;
        return (await this.#calls.write(command, options)).revision;
      } catch (error) {
        const isTooLate = error instanceof KvError && error.code === 'KV_AUTH_CHANGED';
        if (!isTooLate || error.outcome !== 'not done' || attempt === attemptCountMax) throw error;
      }
    }
  }
}
