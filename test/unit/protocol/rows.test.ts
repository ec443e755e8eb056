import { pack, toBytes, toCount, toFlag, toRow, toText, unpack } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';

describe('rows', () => {
  const field = fc.oneof(fc.maxSafeNat(), fc.boolean(), fc.string(), fc.uint8Array());
  const row = fc.array(fc.oneof(field, fc.array(field)));

  it('are the same after packing, and are packed the same every time', () => {
    fc.assert(
      fc.property(row, (fields) => {
        const packed = Buffer.from(pack(fields));
        expect(packed.equals(pack(fields))).to.equal(true);
        expect(JSON.stringify(unpack(packed))).to.equal(
          JSON.stringify(unpack(Buffer.from(pack(unpack(packed))))),
        );
      }),
    );
  });

  it('have views as bytes, and are read from rows only', () => {
    const packed = Buffer.from(pack([Uint8Array.of(1, 2)]));
    expect(toBytes(unpack(packed)[0]).buffer).to.equal(packed.buffer);
    expect(() => unpack(pack([1]).subarray(1))).to.throw(TypeError, 'The bytes are no row');
  });

  it('convert a field only if it has the expected type', () => {
    const samples = [[1], Uint8Array.of(1), 'text', true, 7, -1, 1.5, 2 ** 53, null, undefined];
    const readers = { toRow, toBytes, toText, toFlag, toCount };
    const taken = Object.entries(readers).map(([name, read]) => [
      name,
      samples.filter((sample) => {
        try {
          return read(sample) === sample;
        } catch (error) {
          expect(error).to.be.instanceOf(TypeError);
          return false;
        }
      }),
    ]);
    expect(Object.fromEntries(taken)).to.deep.equal({
      toRow: [[1]],
      toBytes: [Uint8Array.of(1)],
      toText: ['text'],
      toFlag: [true],
      toCount: [7],
    });
    expect(() => toCount(0, 1)).to.throw(TypeError);
  });
});
