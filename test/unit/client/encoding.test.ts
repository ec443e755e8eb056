import { KvError } from '@paxkv/client';
import { decoderOf, toKeyBytes, toValueBytes } from '@paxkv/client/internal/encoding';
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import * as fc from 'fast-check';

describe('encoding', () => {
  it('brings back every well-formed text as it was', () => {
    const wellFormed = fc.string({ unit: 'binary' });
    void fc.assert(
      fc.property(wellFormed, (text) => {
        expect(decoderOf('utf8')(toValueBytes(text))).to.equal(text);
      }),
    );
  });

  it('keeps a byte order mark', () => {
    expect(decoderOf('utf8')(toValueBytes('\uFEFFa'))).to.equal('\uFEFFa');
  });

  it('takes text where nothing is said', () => {
    expect(decoderOf(undefined)(toValueBytes('a'))).to.equal('a');
  });

  it('brings back any bytes as they were', () => {
    const bytes = new Uint8Array([0, 128, 255]);
    expect(decoderOf('buffer')(toValueBytes(bytes))).to.deep.equal(bytes);
  });

  it('copies bytes, so that the caller may reuse the memory', () => {
    const bytes = Buffer.from('abc');
    const stored = toValueBytes(bytes);
    bytes.fill(0);
    expect(decoderOf('utf8')(stored)).to.equal('abc');
  });

  it('refuses half a surrogate pair', () => {
    expect(() => toKeyBytes('a\uD800')).to.throw(TypeError, 'key has half a surrogate pair');
    expect(() => toValueBytes('\uDC00b')).to.throw(TypeError, 'value has half');
  });

  it('refuses to read as text what is none', () => {
    const read = decoderOf('utf8');
    expect(() => read(new Uint8Array([255]))).to.throw(TypeError, "encoding: 'buffer'");
  });

  it('refuses what is neither text nor bytes', () => {
    for (const bad of [undefined, null, 1, {}, [1], new ArrayBuffer(1)]) {
      expect(() => toKeyBytes(bad as unknown as string)).to.throw(TypeError, 'key must be');
    }
  });

  it('refuses an encoding it does not know', () => {
    expect(() => decoderOf('toString' as 'utf8')).to.throw(TypeError, 'encoding is "toString"');
  });

  it('keeps to the limits of keys and values, in bytes', () => {
    expect(toKeyBytes('é'.repeat(keyBytesMax / 2))).to.have.length(keyBytesMax);
    expect(() => toKeyBytes('é'.repeat(keyBytesMax / 2 + 1)))
      .to.throw(KvError)
      .that.includes({ code: 'KV_TOO_LARGE', outcome: 'not done' });
    expect(() => toValueBytes(new Uint8Array(valueBytesMax + 1))).to.throw(KvError, 'at most');
  });
});
