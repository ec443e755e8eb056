import { hashSecret } from '@paxkv/kvserver/internal/api/security/token-hash';
import { checkAuthTable, emptyAuthTable, parseToken } from '@paxkv/protocol';
import { expect } from 'chai';
import { withToken } from 'paxkv/internal/auth/auth-changes';
import { makeToken, newTokenId } from 'paxkv/internal/auth/new-token';

describe('A new token', () => {
  it('is recognized by the servers, and no other token is like it', async () => {
    const [first, second] = [await makeToken('root', 5), await makeToken('root', 5)];
    expect(first.text).not.to.equal(second.text);
    const { id, secret } = parseToken(first.text) ?? expect.fail('not a token');
    expect(id).to.equal(first.hash.id);
    const computed = await hashSecret(secret, first.hash.salt, first.hash.cost);
    expect(Buffer.compare(computed, first.hash.hash)).to.equal(0);
    expect(checkAuthTable(withToken(emptyAuthTable, first.hash)).tokens).to.have.length(1);
  });

  it('has an id that a command takes as an argument and not as an option', () => {
    const ids = Array.from({ length: 2000 }, newTokenId);
    for (const id of ids) expect(id).to.match(/^\w[\w-]{15}$/);
    expect(new Set(ids).size).to.equal(2000);
  });
});
