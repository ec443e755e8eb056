import { id128Schema, isId128, toId128 } from '@paxkv/protocol';
import { expect } from 'chai';

const texts = Array.from({ length: 64 }, (_, fill) =>
  Buffer.alloc(16, fill * 4).toString('base64url'),
);

describe('128 bits as text', () => {
  it('are read from every spelling that their bytes have', () => {
    for (const text of texts) {
      expect(toId128(text)).to.equal(text);
      expect(id128Schema.parse(text)).to.equal(text);
    }
  });

  it('have one spelling only, so that equal numbers are equal texts', () => {
    const text = `${'A'.repeat(21)}A`;
    for (const last of 'BCxyz019-_=') {
      expect(isId128(`${'A'.repeat(21)}${last}`), last).to.equal(false);
    }
    for (const wrong of ['', 'A', `${text}=`, `${text}A`, ` ${text}`, `${'A'.repeat(21)}\n`]) {
      expect(isId128(wrong), wrong).to.equal(false);
      expect(() => toId128(wrong)).to.throw(TypeError);
      expect(id128Schema.safeParse(wrong).success).to.equal(false);
    }
    expect(toId128(text)).to.equal(text);
    for (const wrong of ['', undefined, [text]]) expect(() => toId128(wrong)).to.throw(TypeError);
    for (const wrong of [7, undefined, null, [text]]) expect(isId128(wrong)).to.equal(false);
  });
});
