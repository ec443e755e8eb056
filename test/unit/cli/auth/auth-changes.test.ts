import { hashSecret } from '@paxkv/kvserver/internal/api/security/token-hash';
import { checkAuthTable, emptyAuthTable, parseToken } from '@paxkv/protocol';
import { expect } from 'chai';
import {
  withoutRole,
  withoutToken,
  withoutUser,
  withRole,
  withToken,
  withUser,
} from 'paxkv/internal/auth/auth-changes';
import { rolesText, tokensText, toPublicJson, usersText } from 'paxkv/internal/auth/auth-text';
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

  it('make tokens that the servers recognize, each another one', async () => {
    const [first, second] = [await makeToken('root', 5), await makeToken('root', 5)];
    expect(first.text).not.to.equal(second.text);
    const { id, secret } = parseToken(first.text) ?? expect.fail('not a token');
    expect(id).to.equal(first.hash.id);
    const computed = await hashSecret(secret, first.hash.salt, first.hash.cost);
    expect(Buffer.compare(computed, first.hash.hash)).to.equal(0);
    expect(checkAuthTable(withToken(emptyAuthTable, first.hash)).tokens).to.have.length(1);
  });

  it('are printed without salts and hashes', async () => {
    const { hash } = await makeToken('anna', 86_400_000);
    const table = withToken(withUser(withAnna, 'carl', []), hash);
    expect(usersText(table)).to.equal('anna  reader,admin\ncarl  no roles\n');
    expect(rolesText(table)).to.equal('reader  read  "a/"\n');
    expect(tokensText(table)).to.equal(`${hash.id}  anna  expires 1970-01-02T00:00:00.000Z\n`);
    const json = JSON.stringify(toPublicJson(table));
    expect(json).not.to.match(/salt|hash/);
  });
});
