import { idOf, placeOf, signId } from '@paxkv/client/internal/stream/ids';
import { expect } from 'chai';

const turn = 2 ** 32 - 1;

describe('The ids of a stream', () => {
  it('lead back to the places they were made of, also where they begin anew', () => {
    for (const first of [0, 7, turn - 2, turn, 5 * turn - 1]) {
      for (const ahead of [0, 1, 2, 3, 4_000]) {
        const id = idOf(first + ahead);
        expect(id).to.be.within(0, signId - 1);
        expect(placeOf(id, first)).to.equal(first + ahead);
      }
    }
  });

  it('are not those of signs of life, nor anything that is no id', () => {
    for (const id of [signId, -1, 2 ** 40, Number.NaN, '1', undefined, null, [1]]) {
      expect(placeOf(id, 5)).to.equal(-1);
    }
  });
});
