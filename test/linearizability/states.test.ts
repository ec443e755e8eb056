import { expect } from 'chai';
import { initialState, type State } from './model.ts';
import { States } from './states.ts';

describe('States', () => {
  it('maps equal states to one number, and different ones to different numbers', () => {
    const states = new States();
    const present = { value: 'a', byteCount: 1, revision: 3, isExact: true };
    const different: State[] = [
      initialState,
      { ...initialState, revision: 3 },
      { ...initialState, value: '' },
      { ...present },
      { ...present, revision: 4 },
      { ...present, isExact: false },
      { ...present, value: '', byteCount: 0 },
      { ...present, value: 'undefined', byteCount: 9 },
    ];
    const numbers = different.map((state) => states.numberOf(state));
    expect(new Set(numbers).size).to.equal(different.length);
    expect(different.map((state) => states.numberOf({ ...state }))).to.deep.equal(numbers);
    expect(different.map((state) => states.numberOf(state))).to.deep.equal(numbers);
  });
});
