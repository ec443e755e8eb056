import {
  decodeBase,
  encodeBase,
  newBase,
} from '@paxkv/kvserver/internal/storage/journal/journal-base';
import { baseKey, toRecordKey } from '@paxkv/kvserver/internal/storage/journal/record-key';
import { sealRecord } from '@paxkv/kvserver/internal/storage/journal/sealed-record';
import { expect } from 'chai';
import { Packr } from 'msgpackr';

const owner = 'tests/0';

describe('Base of the journal', () => {
  const base = {
    firstIndex: 2 ** 40,
    previous: Buffer.alloc(16, 7),
    writtenAt: 2 ** 41,
    min: Number.MAX_SAFE_INTEGER,
    round: 2 ** 48,
    retained: [
      { type: 'incarnation', incarnation: 2, attempt: 99, isNew: false, votingFloor: -1 },
      {
        type: 'peerRecords',
        peers: [
          { incarnation: 2, writeIndex: 0 },
          { incarnation: 1, writeIndex: 7, admission: { incarnation: 1, attempt: 5, isNew: true } },
        ],
      },
    ] as const,
  };

  it('is read back unchanged', () => {
    for (const each of [base, { ...newBase, previous: Buffer.alloc(16) }]) {
      expect(decodeBase(owner, encodeBase(owner, each))).to.deep.equal(each);
    }
  });

  it('is not read for another owner', () => {
    expect(() => decodeBase('tests/1', encodeBase(owner, base))).to.throw('checksum');
  });

  it('is never a turn', () => {
    const turn = sealRecord(
      { owner, key: toRecordKey(1) },
      newBase.previous,
      new Uint8Array([0x90]),
    );
    expect(() => decodeBase(owner, turn.bytes)).to.throw('checksum');
  });

  it('is refused with numbers out of range', () => {
    for (const numbers of [[0, 0, 0, 0], [1, -1, 0, 0], [1, 0, 0.5, 0], [1, 0, 0], 7]) {
      const payload = new Packr({ useRecords: false }).pack(numbers);
      const { bytes } = sealRecord({ owner, key: baseKey }, newBase.previous, payload);
      expect(() => decodeBase(owner, bytes), String(numbers)).to.throw(TypeError);
    }
  });
});
