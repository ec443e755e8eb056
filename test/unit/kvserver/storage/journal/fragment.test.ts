import { crc32c } from '@paxkv/kvserver/internal/storage/crc32c';
import {
  fragmentBytes,
  fragmentHeaderBytes,
  openFragment,
  parseFragmentHeader,
  sealFragment,
  slicePieces,
} from '@paxkv/kvserver/internal/storage/journal/fragment';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytesOf } from '../scratch.ts';

const seed = crc32c(bytesOf('tests/0'));
const header = { kind: 2, part: 3, sequence: 2 ** 40, index: 2 ** 47, previous: 0xdeadbeef };

describe('Fragment of a record', () => {
  const sealed = sealFragment(header, [bytesOf('pay'), bytesOf('load')], seed);
  const bytes = Buffer.concat(sealed.pieces);
  const checked = bytes.subarray(0, fragmentHeaderBytes + 7);

  it('says which it is, and opens with its own checksum', () => {
    expect(parseFragmentHeader(bytes)).to.deep.equal({ ...header, payloadBytes: 7 });
    expect(openFragment(checked, seed)).to.equal(sealed.checksum);
  });

  it('has the bytes that journals on disk have', () => {
    const place = { sequence: 0x010203040506, index: 0x111213141516, previous: 0x21222324 };
    const { pieces } = sealFragment({ kind: 2, part: 3, ...place }, [bytesOf('payload')], seed);
    expect(
      Buffer.concat(pieces)
        .toString('hex')
        .match(/.{32}|.+$/g),
    ).to.deep.equal([
      // The checksum, the bytes of the payload, the checksum of the fragment before, kind and part.
      '3f8389f4070000002423222102030000',
      // The sequence of the segment, and the index.
      '06050403020100001615141312110000',
      // The payload, and zeros.
      '7061796c6f616400',
    ]);
  });

  it('has a multiple of eight bytes, padded with zeros', () => {
    for (let length = 0; length < 40; length += 1) {
      const each = sealFragment(header, [new Uint8Array(length).fill(9)], seed);
      const all = Buffer.concat(each.pieces);
      expect(all.length % 8).to.equal(0);
      expect([each.bytes, fragmentBytes(length)]).to.deep.equal([all.length, all.length]);
      expect([...all.subarray(fragmentHeaderBytes + length)].every((byte) => byte === 0)).to.equal(
        true,
      );
    }
  });

  it('does not open with any bit flipped, any byte less, or for another owner', () => {
    for (let bit = 0; bit < checked.length * 8; bit += 1) {
      const hurt = Buffer.from(checked);
      hurt.writeUInt8(hurt.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(openFragment(hurt, seed), `bit ${bit}`).to.equal(undefined);
    }
    for (let length = 4; length < checked.length; length += 1) {
      expect(openFragment(checked.subarray(0, length), seed)).to.equal(undefined);
    }
    expect(openFragment(checked, crc32c(bytesOf('tests/1')))).to.equal(undefined);
  });

  it('leaves the payload where it is', () => {
    const payload = bytesOf('never copied');
    expect(sealFragment(header, [payload], seed).pieces[1]).to.equal(payload);
  });

  it('is cut from pieces as from their whole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 9 })),
        fc.nat(40),
        fc.nat(40),
        (pieces, offset, length) => {
          const whole = Buffer.concat(pieces);
          expect(Buffer.concat(slicePieces(pieces, offset, length))).to.deep.equal(
            Buffer.from(whole.subarray(offset, offset + length)),
          );
        },
      ),
    );
  });
});
