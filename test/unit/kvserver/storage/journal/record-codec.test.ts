import {
  decodeWrites,
  encodeWrites,
  type JournalWrite,
} from '@paxkv/kvserver/internal/storage/journal/record-codec';
import { roundMax } from '@paxkv/paxos/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { Packr } from 'msgpackr';

const packr = new Packr({ useRecords: false });

const seq = fc.maxSafeNat();
const ballot = fc.record({ round: fc.integer({ min: 1, max: roundMax }), peer: fc.nat(6) });
const value = fc.uint8Array().map((bytes) => Buffer.from(bytes));
const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const admission = fc.record({ incarnation: count, attempt: seq, isNew: fc.boolean() });
const peerRecord = fc.record(
  {
    incarnation: seq,
    writeIndex: seq,
    hadOther: fc.constant(true),
    stateEpoch: count,
    admission,
  },
  { requiredKeys: ['incarnation', 'writeIndex'] },
);
const anyWrite: fc.Arbitrary<JournalWrite> = fc.oneof(
  fc.record({ type: fc.constant('reserved'), round: fc.integer({ min: 0, max: roundMax }) }),
  fc.record({ type: fc.constant('promised'), seq, ballot }),
  fc.record({ type: fc.constant('accepted'), seq, ballot, value }),
  fc.record({ type: fc.constant('decided'), seq }),
  fc.record({ type: fc.constant('decided'), seq, value }),
  fc.record({ type: fc.constant('forgotten'), min: seq }),
  fc.record({ type: fc.constant('peerRecords'), peers: fc.array(peerRecord) }),
);

describe('Writes of a turn', () => {
  it('are read back unchanged', () => {
    fc.assert(
      fc.property(fc.array(anyWrite), (writes) => {
        expect(decodeWrites(encodeWrites(writes))).to.deep.equal(writes);
      }),
    );
  });

  it('are refused when they are not well formed', () => {
    const malformed: unknown[] = [
      'text',
      [['reserved']],
      [['reserved', 1, 2]],
      [['reserved', roundMax + 1]],
      [['promised', 1, 1]],
      [['promised', 1, 0, 0]],
      [['promised', 1.5, 1, 0]],
      [['promised', -1, 1, 0]],
      [['promised', 2n ** 60n, 1, 0]],
      [['promised', 1, 1, null]],
      [['accepted', 1, 1, 0]],
      [['accepted', 1, 1, 0, 'text']],
      [['decided', 1, 1, 0, null]],
      [['decided', 1, 1, 0, Buffer.of(1), 1]],
      [['forgotten', -1]],
      [['peerRecords', [[1, 2, false]]]],
      [['peerRecords', [[1, 2, false, -1]]]],
      [['erased', 1]],
      [{ type: 'forgotten', min: 1 }],
      [[]],
    ];
    for (const [index, content] of malformed.entries()) {
      expect(() => decodeWrites(packr.pack(content)), `case ${index}`).to.throw(TypeError);
    }
  });

  it('are refused when the bytes are no MessagePack, or have a trailing part', () => {
    expect(() => decodeWrites(Buffer.of())).to.throw(Error);
    expect(() => decodeWrites(Buffer.of(0xc1))).to.throw(Error);
    expect(() => decodeWrites(Buffer.concat([encodeWrites([]), Buffer.of(0)]))).to.throw(Error);
  });
});
