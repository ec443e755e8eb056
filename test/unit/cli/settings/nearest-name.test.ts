import { expect } from 'chai';
import { didYouMean } from 'paxkv/internal/settings/nearest-name';

const known = ['logBudget', 'logWindow', 'node', 'peers'];

describe('didYouMean', () => {
  for (const [name, meant] of [
    ['logBugdet', 'logBudget'],
    ['log-budget', 'logBudget'],
    ['LOGWINDOW', 'logWindow'],
    ['peer', 'peers'],
  ] as const) {
    it(`takes ${name} for ${meant}`, () => {
      expect(didYouMean(name, known)).to.equal(`; did you mean ${meant}?`);
    });
  }

  it('is silent about a name that is near none', () => {
    expect(didYouMean('replicationFactor', known)).to.equal('');
    expect(didYouMean('node', [])).to.equal('');
  });
});
