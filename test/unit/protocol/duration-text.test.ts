import { durationText } from '@paxkv/protocol';
import { expect } from 'chai';

describe('durationText', () => {
  for (const [ms, text] of [
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [4200, '4.2 s'],
    [99_940, '99.9 s'],
    [99_960, '2 min'],
    [5_900_000, '98 min'],
    [6_000_000, '2 h'],
    [47 * 3_600_000, '47 h'],
    [48 * 3_600_000, '2 d'],
  ] as const) {
    it(`writes ${ms} ms as ${text}`, () => expect(durationText(ms)).to.equal(text));
  }
});
