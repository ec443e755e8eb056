import { emptyAuthTable } from '@paxkv/protocol';
import { expect } from 'chai';
import { withRole, withToken, withUser } from 'paxkv/internal/auth/auth-changes';
import { rolesText, tokensText, toPublicJson, usersText } from 'paxkv/internal/auth/auth-text';
import { makeToken } from 'paxkv/internal/auth/new-token';

const prefix = (text: string) => new TextEncoder().encode(text);

describe('The parts of an auth table', () => {
  const role = { name: 'reader', rights: [{ kind: 'read', prefix: prefix('a/') }] } as const;
  const withAnna = withUser(withRole(emptyAuthTable, role), 'anna', ['reader', 'admin']);

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
