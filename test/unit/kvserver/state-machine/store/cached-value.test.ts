import {
  bytesOf,
  fromCachedEntry,
  textBytesMax,
  textOf,
  toCachedEntry,
  toCachedValue,
  toReplyEntry,
} from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import { expect } from 'chai';

const revisions = { createRevision: 1, modRevision: 2, version: 2 };

function value(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 256);
}

describe('a value in memory', () => {
  for (const length of [0, 1, 256, textBytesMax, textBytesMax + 1, 2 ** 20]) {
    it(`of ${length} bytes is the same afterwards`, () => {
      const cached = toCachedValue(value(length));
      expect(cached.length).to.equal(length);
      expect(Buffer.compare(bytesOf(cached), value(length))).to.equal(0);
      expect(textOf(cached)).to.equal(Buffer.from(value(length)).toString('latin1'));
    });
  }

  it('is text if it is small, and stays the bytes that came if it is large', () => {
    expect(toCachedValue(value(textBytesMax))).to.be.a('string');
    const large = value(textBytesMax + 1);
    const entry = { value: large, ...revisions };
    expect(toCachedEntry(entry).value).to.equal(large);
    expect(fromCachedEntry(toCachedEntry(entry)).value).to.equal(large);
  });
});

describe('a large value in memory', () => {
  it('is shared if it has half of its memory, and copied if it has less', () => {
    const length = textBytesMax + 1;
    for (const [bufferBytes, isShared] of [
      [2 * length, true],
      [2 * length + 1, false],
    ] as const) {
      const part = value(bufferBytes).subarray(0, length);
      const cached = toCachedValue(part);
      expect(cached === part, `${bufferBytes}`).to.equal(isShared);
      expect(bytesOf(cached)).to.deep.equal(part);
    }
  });

  it('keeps no batch in memory, of which it is a small part', () => {
    const part = Buffer.from(value(2 ** 20)).subarray(100, 100 + textBytesMax + 1);
    const cached = bytesOf(toCachedValue(part));
    expect(Buffer.compare(cached, part)).to.equal(0);
    expect(cached.buffer.byteLength).to.equal(part.length);
  });
});

describe('the entry of a reply', () => {
  it('has bytes of its own: to change them does not change the state', () => {
    for (const length of [0, 1, textBytesMax, textBytesMax + 1]) {
      const cached = toCachedEntry({ value: value(length), ...revisions });
      const reply = toReplyEntry(cached);
      expect(reply).to.deep.equal({ value: value(length), ...revisions });
      reply.value.fill(7);
      expect(bytesOf(cached.value)).to.deep.equal(value(length));
    }
  });

  it('keeps nothing else in memory', () => {
    const part = value(2 ** 20).subarray(100, 100 + textBytesMax + 1);
    const { value: replied } = toReplyEntry({ value: part, ...revisions });
    expect(replied.buffer.byteLength).to.equal(part.length);
  });
});
