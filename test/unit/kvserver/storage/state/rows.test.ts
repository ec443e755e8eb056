import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { startPosition } from '@paxkv/kvserver/internal/state-machine/state-store';
import {
  fromPosition,
  seal,
  toPosition,
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

describe('sealed row', () => {
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
