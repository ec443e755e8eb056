import { hashSecret } from '@paxkv/kvserver/internal/api/security/token-hash';
import { expect } from 'chai';

describe('The hash of a token', () => {
  it('depends on the secret, the salt and the cost', async () => {
    const [salt, other] = [1, 2].map((fill) => new Uint8Array(16).fill(fill));
    const hash = await hashSecret('secret', salt ?? Buffer.of(), 10);
    expect(hash).to.have.length(32);
    expect(await hashSecret('secret', salt ?? Buffer.of(), 10)).to.deep.equal(hash);
    const others = await Promise.all([
      hashSecret('Secret', salt ?? Buffer.of(), 10),
      hashSecret('secret', other ?? Buffer.of(), 10),
      hashSecret('secret', salt ?? Buffer.of(), 11),
    ]);
    expect(new Set([hash, ...others].map((each) => each.toString('hex'))).size).to.equal(4);
  });

  it('is that of RFC 7914, so that every version finds the tokens of earlier ones', async () => {
    const hash = await hashSecret('secret', Buffer.alloc(16, 7), 10);
    expect(hash.toString('hex')).to.equal(
      '3ce6f859dbcac6a34ceb2cfd2fafb6c12d6999572edb068af038194dbebe1f19',
    );
  });
});
