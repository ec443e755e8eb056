import { fromBase64, toBase64 } from '@paxkv/protocol/internal/base64';
import { expect } from 'chai';
import fc from 'fast-check';

describe('base64', () => {
  it('gives the bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromBase64(toBase64(bytes))).to.deep.equal(bytes);
      }),
    );
  });

  it('has one form for each sequence of bytes', () => {
    for (const text of ['aw', 'aw=', 'ax==', '-_==', 'a w==', 'aw==\n', 'é', '=']) {
      expect(fromBase64(text), text).to.equal(undefined);
    }
  });

  it('is the same without the Buffer of Node', () => {
    const large = new Uint8Array(100_000).map((_, index) => index * 7);
    const text = toBase64(large);
    const { Buffer: original } = globalThis;
    try {
      Reflect.deleteProperty(globalThis, 'Buffer');
      const again = toBase64(large);
      const bytes = fromBase64(text);
      const refused = ['ax==', '?'].map(fromBase64);
      globalThis.Buffer = original;
      expect(again).to.equal(text);
      expect(bytes).to.deep.equal(large);
      expect(refused).to.deep.equal([undefined, undefined]);
    } finally {
      globalThis.Buffer = original;
    }
  });
});
