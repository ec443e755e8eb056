import { createHmac } from 'node:crypto';
import { isProof, proofOf } from '@paxkv/kvserver/internal/transport/security/proof';
import { expect } from 'chai';

const [secret, other] = [Buffer.from('a secret'), Buffer.from('another one')];
const parts = [Buffer.from('ab'), Buffer.from('c')];

describe('a proof', () => {
  it('is the HMAC-SHA256 of the side and of all parts with their lengths', () => {
    const bytes = Buffer.from('paxkv dialer\0\0\0\0\u0002ab\0\0\0\u0001c');
    const expected = createHmac('sha256', secret).update(bytes).digest();
    expect(Buffer.compare(proofOf(secret, 'dialer', parts), expected)).to.equal(0);
  });

  it('is that of one of the secrets, of its side, and of exactly these parts', () => {
    const proof = proofOf(secret, 'dialer', parts);
    expect(isProof(proof, [secret], 'dialer', parts)).to.equal(true);
    expect(isProof(proof, [other, secret], 'dialer', parts)).to.equal(true);
    expect(isProof(proof, [other], 'dialer', parts)).to.equal(false);
    expect(isProof(proof, [secret], 'listener', parts)).to.equal(false);
    for (const wrong of [
      [Buffer.from('a'), Buffer.from('bc')],
      [Buffer.from('abc')],
      parts.slice(1),
    ]) {
      expect(isProof(proof, [secret], 'dialer', wrong)).to.equal(false);
    }
  });

  it('is no proof with a bit changed, or cut', () => {
    const proof = proofOf(secret, 'dialer', parts);
    for (const [index, byte] of proof.entries()) {
      const changed = Buffer.from(proof);
      changed[index] = byte ^ 1;
      expect(isProof(changed, [secret], 'dialer', parts)).to.equal(false);
    }
    for (const cut of [proof.subarray(1), new Uint8Array(), Buffer.concat([proof, proof])]) {
      expect(isProof(cut, [secret], 'dialer', parts)).to.equal(false);
    }
  });
});
