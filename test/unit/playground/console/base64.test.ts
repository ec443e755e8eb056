import { fromBase64, toBase64, toHex, toText } from '@paxkv/playground/internal/console/base64';
import { expect } from 'chai';

describe('bytes in the console', () => {
  it('are the same in base64 and back, however many', () => {
    for (const text of ['', 'a', 'ü', '\ufeffx', 'ä'.repeat(100_000)]) {
      expect(toBase64(text)).to.equal(Buffer.from(text).toString('base64'));
      expect(toText(fromBase64(toBase64(text)))).to.equal(text);
    }
  });

  it('are no text if they are not UTF-8', () => {
    expect(toText(new Uint8Array([0xff]))).to.equal(undefined);
  });

  it('are in hexadecimal up to a count', () => {
    expect(toHex(new Uint8Array([0, 1, 255]), 2)).to.equal('00 01');
    expect(toHex(new Uint8Array(), 2)).to.equal('');
  });
});
