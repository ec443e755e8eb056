import {
  baseKey,
  fromRecordKey,
  toRecordKey,
} from '@paxkv/kvserver/internal/storage/journal/record-key';
import { expect } from 'chai';

describe('Key of a turn', () => {
  const turns = [1, 2, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];

  it('encodes its turn', () => {
    for (const turn of turns) expect(fromRecordKey(toRecordKey(turn))).to.equal(turn);
  });

  it('sorts as its turn does, after the base', () => {
    const keys = [baseKey, ...turns.map(toRecordKey)];
    expect(keys.toReversed().sort(Buffer.compare)).to.deep.equal(keys);
  });

  it('rejects any other key', () => {
    expect(fromRecordKey(Buffer.alloc(7))).to.equal(undefined);
    expect(fromRecordKey(Buffer.alloc(9))).to.equal(undefined);
    expect(fromRecordKey(Buffer.alloc(8, 255))).to.equal(undefined);
  });
});
