import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { issue, makeAuthority } from 'paxkv/internal/certs/authority';

describe('An authority', () => {
  it('takes names with characters that mean something in a distinguished name', async () => {
    const { cert } = await issue(
      await makeAuthority('a, b', 1),
      { commonName: 'x+y=z', uses: [] },
      1,
    );
    expect(new X509Certificate(cert).toLegacyObject().subject.CN).to.equal('x+y=z');
  });
});
