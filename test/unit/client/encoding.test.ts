import { KvError } from '@paxkv/client';
import { toKeyBytes, toValueBytes } from '@paxkv/client/internal/encoding';
import { coderOf } from '@paxkv/client/internal/value-encoding';
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import * as fc from 'fast-check';

describe('encoding', () => {
  it('reads back every well-formed text unchanged', () => {
    const wellFormed = fc.string({ unit: 'binary' });
    void fc.assert(
      fc.property(wellFormed, (text) => {
        expect(coderOf('utf8').decode(toValueBytes(text))).to.equal(text);
      }),
    );
  });

  it('keeps a byte order mark', () => {
    expect(coderOf('utf8').decode(toValueBytes('\uFEFFa'))).to.equal('\uFEFFa');
  });

  it('reads text by default', () => {
    expect(coderOf(undefined).decode(toValueBytes('a'))).to.equal('a');
  });

  it('reads back any bytes unchanged', () => {
    const bytes = new Uint8Array([0, 128, 255]);
    expect(coderOf('buffer').decode(toValueBytes(bytes))).to.deep.equal(bytes);
  });

  it('copies bytes, so that the caller may reuse the memory', () => {
    const bytes = Buffer.from('abc');
    const stored = toValueBytes(bytes);
    bytes.fill(0);
    expect(coderOf('utf8').decode(stored)).to.equal('abc');
  });

  it('refuses a lone surrogate', () => {
    expect(() => toKeyBytes('a\uD800')).to.throw(TypeError, 'key has a lone surrogate');
    expect(() => toValueBytes('\uDC00b')).to.throw(TypeError, 'value has a lone surrogate');
  });

  it('refuses keys that are neither text nor bytes', () => {
    for (const bad of [undefined, null, 1, {}, [1], new ArrayBuffer(1)]) {
      expect(() => toKeyBytes(bad as unknown as string)).to.throw(TypeError, 'key must be');
    }
  });

  it('refuses an empty key, and takes an empty value', () => {
    for (const empty of ['', new Uint8Array(0)]) {
      expect(() => toKeyBytes(empty))
        .to.throw(KvError)
        .that.includes({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
      expect(toValueBytes(empty)).to.have.length(0);
    }
  });

  it('limits keys and values in bytes', () => {
    expect(toKeyBytes('é'.repeat(keyBytesMax / 2))).to.have.length(keyBytesMax);
    expect(() => toKeyBytes('é'.repeat(keyBytesMax / 2 + 1)))
      .to.throw(KvError)
      .that.includes({ code: 'KV_TOO_LARGE', outcome: 'not done' });
    expect(() => toValueBytes(new Uint8Array(valueBytesMax + 1))).to.throw(KvError, 'at most');
  });
});

describe('the buffer pool', () => {
  it('encodes UTF-8 of any size', () => {
    for (const text of ['', 'a', 'ü€𝄞', 'x'.repeat(3_000), '€'.repeat(100_000)]) {
      expect(Buffer.from(toValueBytes(text)).toString() === text, text.slice(0, 10)).to.equal(true);
    }
  });

  it('never uses the same memory twice', () => {
    const arrays = Array.from({ length: 5_000 }, (_, number) => [
      toValueBytes(`key ${number}`),
      toValueBytes(new Uint8Array([number % 256, 1, 2])),
    ]);
    for (const [number, [text, bytes]] of arrays.entries()) {
      expect(Buffer.from(text ?? []).toString()).to.equal(`key ${number}`);
      expect(bytes).to.deep.equal(new Uint8Array([number % 256, 1, 2]));
    }
  });

  it('copies bytes of any size', () => {
    for (const length of [4, 100_000]) {
      const given = new Uint8Array(length).fill(7);
      const copy = toValueBytes(given);
      given.fill(8);
      expect(new Set(copy)).to.deep.equal(new Set([7]));
      expect(copy).to.have.length(length);
    }
  });
});
