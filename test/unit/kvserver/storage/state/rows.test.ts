import { crc32 } from 'node:zlib';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import {
  checksumAfter,
  emptyChecksum,
  fromChecksum,
  fromPosition,
  isSameChecksum,
  seal,
  stateCountMax,
  sumIn,
  sumOfChecksums,
  toChecksum,
  toPosition,
  toStateCount,
  unseal,
} from '@paxkv/kvserver/internal/storage/state/rows';
import { expect } from 'chai';
import { bytes } from '../../state-machine/fixtures.ts';

const key = bytes('key');
const row = [1, 'two', true];

function codeOf(action: () => unknown): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof StateError ? error.code : String(error);
  }
}

describe('the row of the position', () => {
  const position = { ...startPosition, applied: 7, revision: 3 };
  const checksum = { count: 1, sum: 2 };

  it('returns the position with the feature level', () => {
    for (const featureLevel of [1, 2, 9]) {
      const verified = { position: { ...position, featureLevel }, checksum };
      expect(toPosition(fromPosition(verified))).to.deep.equal(verified);
    }
  });

  it('has the format without levels at the base level, and a newer one above it', () => {
    const formatAt = (featureLevel: number) =>
      fromPosition({ position: { ...position, featureLevel }, checksum })[0];
    expect([1, 2, 3].map(formatAt)).to.deep.equal([3, 4, 4]);
  });

  it('is refused in an unknown format', () => {
    const [, ...fields] = fromPosition({ position, checksum });
    for (const format of [2, 5, undefined, '3'])
      expect(codeOf(() => toPosition([format, ...fields]))).to.equal('STATE_UNKNOWN_FORMAT');
  });
});

describe('a position that no state has', () => {
  const position = { ...startPosition, applied: 7, revision: 3 };
  const row = fromPosition({
    position: { ...position, featureLevel: 2, incarnation: 'BBBBBBBBBBBBBBBBBBBBBA' },
    checksum: { count: 1, sum: 2 },
  });
  /** Whether it is accepted with this field changed. */
  const takes = (place: number, field: unknown) =>
    codeOf(() => toPosition(row.with(place, field))) === undefined;

  it('is refused with a counter below its lowest value or above what a cluster reaches', () => {
    for (const [place, lowest] of [
      [1, 0],
      [2, 0],
      [3, 1],
      [4, 0],
    ] as const) {
      const counts = place === 3 ? row.with(4, stateCountMax) : row;
      const at = (field: unknown) =>
        codeOf(() => toPosition(counts.with(place, field))) === undefined;
      expect([lowest - 1, lowest, stateCountMax, stateCountMax + 1].map(at)).to.deep.equal([
        false,
        true,
        true,
        false,
      ]);
    }
  });

  it('is refused with more sessions opened than used', () => {
    const withCounts = (next: number, uses: number) =>
      codeOf(() => toPosition(row.with(3, next).with(4, uses))) === undefined;
    expect([withCounts(1, 0), withCounts(5, 4), withCounts(5, 3)]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('is refused with a hash of another length, a level below the second or a wrong incarnation', () => {
    const { length } = startPosition.stateHash;
    expect(takes(5, new Uint8Array(length))).to.equal(true);
    for (const wrong of [length - 1, length + 1].map((size) => new Uint8Array(size))) {
      expect(takes(5, wrong)).to.equal(false);
    }
    expect(takes(5, 'text')).to.equal(false);
    expect([1, 2, 3].map((level) => takes(7, level))).to.deep.equal([false, true, true]);
    expect(takes(8, 'B')).to.equal(false);
    expect(takes(6, [1])).to.equal(false);
    expect(takes(6, 1)).to.equal(false);
  });

  it('names the incarnation only where one is known', () => {
    const { incarnation } = toPosition(row).position;
    expect(incarnation).to.equal('BBBBBBBBBBBBBBBBBBBBBA');
    expect(row).to.have.length(9);
    const nameless = { position: { ...position, featureLevel: 2 }, checksum: emptyChecksum };
    expect(fromPosition(nameless)).to.have.length(8);
    expect(toPosition(fromPosition(nameless)).position.incarnation).to.equal(undefined);
  });
});

describe('checksum of rows', () => {
  it('counts rows that come, change and go', () => {
    const one = checksumAfter(emptyChecksum, { before: undefined, after: 5 });
    expect(one).to.deep.equal({ count: 1, sum: 5 });
    const changed = checksumAfter(one, { before: 5, after: 9 });
    expect(changed).to.deep.equal({ count: 1, sum: 9 });
    expect(checksumAfter(changed, { before: 9, after: undefined })).to.deep.equal(emptyChecksum);
    const unchanged = checksumAfter(changed, { before: undefined, after: undefined });
    expect(unchanged).to.deep.equal(changed);
  });

  it('is a number of 32 bits, however many rows there are', () => {
    const most = { count: 3, sum: 2 ** 32 - 1 };
    expect(checksumAfter(most, { before: undefined, after: 2 })).to.deep.equal({
      count: 4,
      sum: 1,
    });
    expect(checksumAfter({ count: 1, sum: 1 }, { before: 2, after: undefined })).to.deep.equal({
      count: 0,
      sum: 2 ** 32 - 1,
    });
    expect(sumOfChecksums(most, { count: 2, sum: 3 })).to.deep.equal({ count: 5, sum: 2 });
  });

  it('is the same only if both its count and its sum are', () => {
    const one = { count: 2, sum: 3 };
    expect(isSameChecksum(one, { ...one })).to.equal(true);
    expect(isSameChecksum(one, { ...one, count: 3 })).to.equal(false);
    expect(isSameChecksum(one, { ...one, sum: 2 })).to.equal(false);
    expect(toChecksum(fromChecksum(one))).to.deep.equal(one);
    for (const row of [[-1, 0], [0, -1], [0], []]) {
      expect(() => toChecksum(row), `${row}`).to.throw(TypeError);
    }
  });

  it('has counts of at most 2 to the 51st', () => {
    expect(stateCountMax).to.equal(2 ** 51);
    expect([toStateCount(0), toStateCount(stateCountMax)]).to.deep.equal([0, stateCountMax]);
    expect(toStateCount(1, 1)).to.equal(1);
    expect(() => toStateCount(stateCountMax + 1)).to.throw(TypeError);
    expect(() => toStateCount(0, 1)).to.throw(TypeError);
    expect(() => toStateCount('1')).to.throw(TypeError);
  });
});

describe('sealed row', () => {
  it('has the bytes that states on disk have', () => {
    const sealed = seal(bytes('key'), [1, 'two', true]);
    expect(Buffer.from(sealed).toString('hex')).to.equal('18762e9f9301a374776fc3');
    expect(sumIn(sealed)).to.equal(crc32(sealed.subarray(4), crc32(bytes('key'))));
    const within = Buffer.concat([Buffer.of(1, 2, 3), sealed]).subarray(3);
    expect(sumIn(within)).to.equal(sumIn(sealed));
  });

  it('opens as the row that was sealed', () => {
    expect(unseal(key, seal(key, row), (fields) => fields)).to.deep.equal(row);
  });

  it('is damaged by any one bit', () => {
    const sealed = seal(key, row);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const index = bit >> 3;
      const flipped = sealed.with(index, (sealed[index] ?? 0) ^ (1 << (bit & 7)));
      expect(codeOf(() => unseal(key, flipped, (fields) => fields))).to.equal('STATE_DAMAGED');
    }
  });

  it('is damaged where it is cut', () => {
    const sealed = seal(key, row);
    for (let length = 0; length < sealed.length; length += 1) {
      const cut = sealed.subarray(0, length);
      expect(codeOf(() => unseal(key, cut, (fields) => fields))).to.equal('STATE_DAMAGED');
    }
  });

  it('is damaged under the key of another', () => {
    const sealed = seal(key, row);
    expect(codeOf(() => unseal(bytes('kez'), sealed, (fields) => fields))).to.equal(
      'STATE_DAMAGED',
    );
  });

  it('is damaged if its content is invalid', () => {
    const refuse = (): never => {
      throw new TypeError('Not a count.');
    };
    expect(codeOf(() => unseal(key, seal(key, row), refuse))).to.equal('STATE_DAMAGED');
  });
});
