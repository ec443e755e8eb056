import {
  decodeGroup,
  encodeGroup,
  groupsIn,
  joinGroups,
  payloadBytesOf,
  recordKinds,
  type WriteGroup,
} from '@paxkv/kvserver/internal/storage/journal/record-payload';
import { expect } from 'chai';
import fc from 'fast-check';
import { plain, voteFor } from '../scratch.ts';

const anyGroup = fc.record({
  writeIndex: fc.integer({ min: 1, max: 2 ** 47 }),
  writes: fc.array(
    fc.oneof(
      fc.nat().map((min) => ({ type: 'forgotten', min }) as const),
      fc.nat().map((seq) => ({ type: 'decided', seq }) as const),
      fc.tuple(fc.nat(), fc.nat(5000)).map(([seq, bytes]) => voteFor(seq, 'v'.repeat(bytes))),
      fc
        .tuple(fc.nat(), fc.nat(5000))
        .map(([seq, bytes]) => ({ type: 'decided', seq, value: Buffer.alloc(bytes, 3) }) as const),
    ),
  ),
});

function plainGroup({ writeIndex, writes }: WriteGroup): object {
  return { writeIndex, writes: writes.map(plain) };
}

describe('Payload of a record', () => {
  it('gives a group back as it was', () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        const pieces = encodeGroup(group);
        expect(plainGroup(decodeGroup(Buffer.concat(pieces)))).to.deep.equal(plainGroup(group));
      }),
    );
  });

  it('gives joined groups back one by one, and says how much each takes', () => {
    fc.assert(
      fc.property(fc.array(anyGroup, { maxLength: 5 }), (groups) => {
        const payload = Buffer.concat(joinGroups(groups.map(encodeGroup)));
        const found = [...groupsIn(recordKinds.moved, payload)];
        expect(found.map(plainGroup)).to.deep.equal(groups.map(plainGroup));
        expect(found.reduce((sum, { bytes }) => sum + bytes, 0)).to.equal(payload.length);
      }),
    );
  });

  it('does not copy large values on the way to the disk', () => {
    const value = Buffer.alloc(10_000);
    const pieces = encodeGroup({ writeIndex: 1, writes: [{ type: 'decided', seq: 1, value }] });
    expect(pieces.includes(value)).to.equal(true);
    expect(payloadBytesOf(pieces)).to.be.within(10_000, 10_100);
  });

  it('leaves values out of the rest from 2 kB on', () => {
    const pieceCount = (bytes: number) =>
      encodeGroup({ writeIndex: 1, writes: [voteFor(1, 'v'.repeat(bytes))] }).length;
    expect([0, 2047, 2048].map(pieceCount)).to.deep.equal([2, 2, 3]);
  });

  it('shares no memory with what it was read from', () => {
    for (const size of [10, 10_000]) {
      const bytes = Buffer.concat(
        encodeGroup({ writeIndex: 1, writes: [voteFor(1, 'a'.repeat(size))] }),
      );
      const { writes } = decodeGroup(bytes);
      const before = writes.map(plain);
      bytes.fill(0);
      expect(writes.map(plain)).to.deep.equal(before);
    }
  });

  it('is refused when anything is missing or left over', () => {
    const whole = Buffer.concat(
      encodeGroup({ writeIndex: 1, writes: [voteFor(1, 'a'.repeat(5000))] }),
    );
    for (const length of [0, 7, 15, 20, 50, whole.length - 1]) {
      expect(() => decodeGroup(whole.subarray(0, length)), `${length}`).to.throw(Error);
    }
    expect(() => decodeGroup(Buffer.concat([whole, Buffer.of(0)]))).to.throw(
      'behind its last value',
    );
    const joined = Buffer.concat(joinGroups([[whole]]));
    expect(() => [...groupsIn(recordKinds.moved, joined.subarray(0, -1))]).to.throw('cut off');
  });

  it('is refused by name when a value is cut off, or belongs to no write', () => {
    const whole = Buffer.concat(
      encodeGroup({ writeIndex: 1, writes: [voteFor(1, 'a'.repeat(5000))] }),
    );
    expect(() => decodeGroup(whole.subarray(0, -1))).to.throw(RangeError, 'a value is missing');
    // The place of the write that the value belongs to.
    whole.writeUInt32LE(1, 16);
    expect(() => decodeGroup(whole)).to.throw(RangeError, 'a value is missing');
  });

  it('is not made of what could not be read back', () => {
    const group = {
      writeIndex: 1,
      writes: [{ type: 'decided', seq: -1, value: Buffer.alloc(5000) }],
    } as const;
    expect(() => encodeGroup(group)).to.throw(TypeError);
  });
});
