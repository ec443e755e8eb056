import { KvError } from '@paxkv/client';
import { AuthAdmin } from '@paxkv/client/internal/auth-admin';
import { type AuthTable, emptyAuthTable } from '@paxkv/protocol';
import { expect } from 'chai';

const changed = () => new KvError('KV_AUTH_CHANGED', 'changed');

/** A table that others change before each of the first writes. */
class Store {
  table: AuthTable = emptyAuthTable;
  revision = 0;
  writeCount = 0;
  readonly admin: AuthAdmin;

  constructor(interruptions: number, error: () => KvError = changed) {
    this.admin = new AuthAdmin({
      read: async () => ({ revision: this.revision, table: this.table }),
      write: async ({ expected, table }) => {
        this.writeCount += 1;
        if (this.writeCount <= interruptions) {
          this.revision += 1;
          this.table = {
            ...this.table,
            users: [...this.table.users, { name: `u${this.revision}`, roles: [] }],
          };
        }
        if (expected !== this.revision) throw error();
        this.revision += 1;
        this.table = table;
        return { revision: this.revision };
      },
    });
  }
}

const add = (table: AuthTable) => ({
  ...table,
  users: [...table.users, { name: 'mine', roles: [] }],
});

describe('AuthAdmin', () => {
  it('makes its change of the latest table, whatever others change meanwhile', async () => {
    const store = new Store(2);
    expect(await store.admin.change(add)).to.equal(3);
    expect(store.table.users.map(({ name }) => name)).to.deep.equal(['u1', 'u2', 'mine']);
  });

  it('gives up after ten attempts, as not done', async () => {
    const store = new Store(100);
    const error: unknown = await store.admin.change(add).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_AUTH_CHANGED', outcome: 'not done' });
    expect(store.writeCount).to.equal(10);
  });

  it('does not repeat a change whose outcome is unknown: it may have been made', async () => {
    const store = new Store(
      1,
      () => new KvError('KV_AUTH_CHANGED', 'retried', { outcome: 'unknown' }),
    );
    const error: unknown = await store.admin.change(add).catch((thrown: unknown) => thrown);
    expect(error).to.include({ outcome: 'unknown' });
    expect(store.writeCount).to.equal(1);
  });
});
