import { FrameError, PlainReader } from '@paxkv/kvserver/internal/api/stream/plain-reader';
import { expect } from 'chai';
import fc from 'fast-check';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false, moreTypes: false });

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

describe('PlainReader', () => {
  const field = fc.oneof(
    fc.maxSafeNat(),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  );
  const row = fc.array(fc.oneof(field, fc.array(field, { maxLength: 15 })), { maxLength: 15 });

  it('reads what MessagePack libraries for JavaScript write', () => {
    fc.assert(
      fc.property(row, fc.maxSafeNat(), (fields, count) => {
        const bytes = Buffer.concat([packr.pack(fields), packr.pack(count)]);
        const reader = new PlainReader(bytes);
        expect(reader.readRow()).to.deep.equal(fields);
        expect(reader.isAtEnd).to.equal(false);
        expect(reader.readCount()).to.equal(count);
        expect(reader.isAtEnd).to.equal(true);
      }),
    );
  });

  it('reads lengths and counts of every size', () => {
    for (const length of [0, 255, 256, 65_535, 65_536]) {
      const value = new Uint8Array(length).fill(7);
      expect(new PlainReader(packr.pack([value, length])).readRow()).to.deep.equal([value, length]);
    }
  });

  it('returns views into the bytes', () => {
    const bytes = new Uint8Array(packr.pack([Buffer.from('key')]));
    const [key] = new PlainReader(bytes).readRow();
    expect(key).to.have.property('buffer', bytes.buffer);
  });

  for (const [what, hex] of [
    ['the definition of a record', '91 d4 72 40'],
    ['a reference to another part', '91 d6 70 00000001'],
    ['bytes by way of an extension', '91 c7 02 74 01 ff'],
    ['a timestamp', '91 d6 ff 00000000'],
    ['a map', '91 80'],
    ['nothing', '91 c0'],
    ['a flag', '91 c3'],
    ['a number below zero', '91 ff'],
    ['a 64-bit integer', '91 cf 0000000000000001'],
    ['a fraction', '91 cb 3ff8000000000000'],
    ['a double that would fit elsewhere', '91 cb 3ff0000000000000'],
    ['a double above 2⁵³', '91 cb 4350000000000000'],
    ['an infinite double', '91 cb 7ff0000000000000'],
    ['a row in long form', 'dc 0001 01'],
    ['a row of unlikely length', 'dd ffffffff'],
    ['a row within a row within a row', '91 91 91 01'],
    ['a text that is not UTF-8', '91 a1 ff'],
    ['half of a surrogate pair', '91 a3 eda080'],
    ['more bytes than there are', '91 c6 ffffffff 00'],
    ['the end within a length', '91 c5 00'],
    ['no row', '01'],
    ['no bytes', ''],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => new PlainReader(bytesOf(hex)).readRow()).to.throw(FrameError);
    });
  }

  it('refuses a row instead of a count', () => {
    expect(() => new PlainReader(bytesOf('90')).readCount()).to.throw(FrameError);
    expect(() => new PlainReader(bytesOf('a0')).readCount()).to.throw(FrameError);
  });
});
