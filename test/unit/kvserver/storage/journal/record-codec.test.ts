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
  fc.record({ type: fc.constant('logPromised'), ballot }),
  fc.record(
    {
      type: fc.constant('incarnation'),
      incarnation: count,
      attempt: seq,
      isNew: fc.boolean(),
      votingFloor: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
    },
    { requiredKeys: ['type', 'incarnation', 'attempt', 'isNew'] },
  ),
  fc.record({ type: fc.constant('peerRecords'), peers: fc.array(peerRecord) }),
);

const lowest = { round: 1, peer: 0 };
const highest = { round: roundMax, peer: 6 };
const known = { incarnation: 0, writeIndex: 0 };
/** Every form of every write, with its lowest or highest numbers. */
const forms: readonly JournalWrite[] = [
  { type: 'reserved', round: 0 },
  { type: 'reserved', round: roundMax },
  { type: 'promised', seq: 0, ballot: lowest },
  { type: 'promised', seq: Number.MAX_SAFE_INTEGER, ballot: highest },
  { type: 'accepted', seq: 0, ballot: lowest, value: Buffer.of() },
  { type: 'accepted', seq: 1, ballot: highest, value: Buffer.of(1) },
  { type: 'decided', seq: 0 },
  { type: 'decided', seq: 0, value: Buffer.of() },
  { type: 'forgotten', min: 0 },
  { type: 'logPromised', ballot: lowest },
  { type: 'logPromised', ballot: highest },
  { type: 'incarnation', incarnation: 1, attempt: 0, isNew: false },
  { type: 'incarnation', incarnation: 1, attempt: 0, isNew: true },
  { type: 'incarnation', incarnation: 1, attempt: 0, isNew: true, votingFloor: -1 },
  { type: 'peerRecords', peers: [] },
  { type: 'peerRecords', peers: [known, { ...known, hadOther: true, stateEpoch: 1 }] },
  {
    type: 'peerRecords',
    peers: [{ ...known, admission: { incarnation: 1, attempt: 0, isNew: false } }],
  },
];

function packed(...fields: readonly unknown[]): Buffer {
  return packr.pack([fields]);
}

/** The fields of a write, as they are stored. */
function fieldsOf(write: JournalWrite): readonly unknown[] {
  return packr.unpack(encodeWrites([write]))[0];
}

describe('Writes of a turn', () => {
  it('are read back in each of their forms, with the lowest and the highest numbers', () => {
    for (const write of forms) expect(decodeWrites(encodeWrites([write]))).to.deep.equal([write]);
  });

  it('have no field more and no field less', () => {
    const stored = new Set(forms.map((write) => JSON.stringify(fieldsOf(write))));
    for (const fields of forms.map(fieldsOf)) {
      expect(() => decodeWrites(packed(...fields, null)), `${fields} and one more`).to.throw(
        TypeError,
      );
      const shorter = fields.slice(0, -1);
      // What a write may leave out stands at its end.
      if (stored.has(JSON.stringify(shorter))) continue;
      expect(() => decodeWrites(packed(...shorter)), `${shorter}`).to.throw(TypeError);
    }
    const row = [0, 0, false, 0, 1, 0, true, null];
    for (const count of [1, 2, 3, 5, 6, 8]) {
      const peer = row.slice(0, count);
      expect(() => decodeWrites(packed('peerRecords', [peer])), `${count}`).to.throw(TypeError);
    }
  });

  it('are refused with the name of the field that is wrong', () => {
    const wrong: readonly (readonly [string, readonly unknown[]])[] = [
      ['round is', ['reserved', -1]],
      ['round is', ['reserved', roundMax + 1]],
      ['seq is', ['promised', -1, 1, 0]],
      ['round is', ['promised', 1, 0, 0]],
      ['round is', ['promised', 1, roundMax + 1, 0]],
      ['peer is', ['promised', 1, 1, -1]],
      ['seq is', ['accepted', -1, 1, 0, Buffer.of()]],
      ['round is', ['accepted', 1, 0, 0, Buffer.of()]],
      ['a value is not bytes', ['accepted', 1, 1, 0, 'text']],
      ['seq is', ['decided', -1]],
      ['a value is not bytes', ['decided', 1, null]],
      ['min is', ['forgotten', -1]],
      ['round is', ['logPromised', 0, 0]],
      ['peer is', ['logPromised', 1, -1]],
      ['incarnation is', ['incarnation', 0, 0, true]],
      ['attempt is', ['incarnation', 1, -1, true]],
      ['isNew is', ['incarnation', 1, 0, 1]],
      ['votingFloor is', ['incarnation', 1, 0, true, -2]],
      ['it is not a list', ['peerRecords', 'text']],
      ['it is not a list', ['peerRecords', ['text']]],
      ['incarnation is', ['peerRecords', [[-1, 0, false, 0]]]],
      ['writeIndex is', ['peerRecords', [[0, -1, false, 0]]]],
      ['hadOther is', ['peerRecords', [[0, 0, 1, 0]]]],
      ['stateEpoch is', ['peerRecords', [[0, 0, false, -1]]]],
      ['incarnation is', ['peerRecords', [[0, 0, false, 0, 0, 0, true]]]],
      ['attempt is', ['peerRecords', [[0, 0, false, 0, 1, -1, true]]]],
      ['isNew is', ['peerRecords', [[0, 0, false, 0, 1, 0, null]]]],
    ];
    for (const [reason, fields] of wrong) {
      const text = JSON.stringify(fields);
      expect(() => decodeWrites(packed(...fields)), text).to.throw(TypeError, reason);
    }
  });

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
