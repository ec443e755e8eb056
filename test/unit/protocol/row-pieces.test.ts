import { BytesInParts, pack, packInPieces } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';

const largeMin = 1024;
const large = fc
  .constantFrom(largeMin, largeMin + 1, 2 ** 16 - 1, 2 ** 16, 2 ** 16 + 1)
  .map((length) => new Uint8Array(length).fill(7));
const small = fc.oneof(
  ...[fc.maxSafeNat(), fc.boolean(), fc.string(), fc.uint8Array(), fc.constant(null)],
  fc.array(fc.nat()),
  fc.constant(new Uint8Array(largeMin - 1)),
);

/** Whether the pieces joined are what `pack` makes of the row. */
function isSame(row: readonly unknown[]): boolean {
  return Buffer.concat(packInPieces(row)).equals(pack(row));
}

describe('The pieces of a row', () => {
  it('are its packed bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: small }, large)), (row) => isSame(row)),
      { numRuns: 50 },
    );
  });

  for (const length of [0, 1, 15, 16, 17, 2 ** 16 - 1, 2 ** 16]) {
    it(`are those of ${length} fields, beside a large one or without`, () => {
      const row = new Array<unknown>(length).fill(5);
      expect(isSame(row)).to.equal(true);
      const field = new Uint8Array(largeMin);
      expect([isSame([field, ...row]), isSame([...row, field])]).to.deep.equal([true, true]);
    });
  }

  it('are large byte fields themselves, and copies of the others', () => {
    const [field, other] = [new Uint8Array(largeMin), new Uint8Array(largeMin - 1)];
    const pieces = packInPieces([1, field, other, 2]);
    expect(pieces).to.include(field);
    const copied = pieces.filter((piece) => piece !== field);
    packInPieces([9, 9, new Uint8Array(largeMin - 1).fill(9), 9]);
    expect(Buffer.concat([...copied]).includes(9)).to.equal(false);
    expect(copied.every(({ buffer }) => buffer !== other.buffer)).to.equal(true);
  });

  for (const lengths of [
    [],
    [0],
    [largeMin - 1],
    [1, largeMin - 2],
    [1, largeMin - 1],
    [2 ** 16, 0, 3],
  ]) {
    it(`are those of a byte field whose parts have ${lengths.join(', ') || 'no'} bytes`, () => {
      const parts = lengths.map((length, index) => new Uint8Array(length).fill(index + 1));
      const pieces = packInPieces([1, new BytesInParts(parts), 'two']);
      expect(Buffer.concat(pieces).equals(pack([1, Buffer.concat(parts), 'two']))).to.equal(true);
    });
  }

  it('are the parts of a large byte field themselves', () => {
    const parts = [new Uint8Array(3), new Uint8Array(largeMin)];
    expect(packInPieces([new BytesInParts(parts)])).to.include.members(parts);
  });
});
