import { checkAuthTable, emptyAuthTable } from '@paxkv/protocol';
import { expect } from 'chai';
import {
  withoutRole,
  withoutToken,
  withoutUser,
  withRole,
  withToken,
  withUser,
} from 'paxkv/internal/auth/auth-changes';
import { makeToken } from 'paxkv/internal/auth/new-token';

const prefix = (text: string) => new TextEncoder().encode(text);

describe('Changes of the auth table', () => {
  const role = { name: 'reader', rights: [{ kind: 'read', prefix: prefix('a/') }] } as const;
  const withAnna = withUser(withRole(emptyAuthTable, role), 'anna', ['reader', 'admin']);

  it('add users and roles, or replace them', () => {
    expect(checkAuthTable(withAnna).users).to.deep.equal([
      { name: 'anna', roles: ['reader', 'admin'] },
    ]);
    expect(withUser(withAnna, 'anna', []).users).to.deep.equal([{ name: 'anna', roles: [] }]);
    const other = withRole(withAnna, { name: 'reader', rights: [] });
    expect(other.roles).to.deep.equal([{ name: 'reader', rights: [] }]);
    expect(() => withUser(withAnna, 'carl', ['nothing'])).to.throw('there is no role "nothing"');
  });

  it('delete a user with its tokens, and a role of all users', async () => {
    const { hash } = await makeToken('anna', 0);
    const table = withToken(withAnna, hash);
    expect(withoutUser(table, 'anna')).to.deep.include({ users: [], tokens: [] });
    expect(withoutRole(table, 'reader').users).to.deep.equal([{ name: 'anna', roles: ['admin'] }]);
    expect(withoutToken(table, hash.id).tokens).to.deep.equal([]);
    for (const change of [withoutUser, withoutRole, withoutToken]) {
      expect(() => change(emptyAuthTable, 'nothing')).to.throw('there is no ');
    }
    expect(() => withToken(emptyAuthTable, hash)).to.throw('there is no user "anna"');
  });
});
