import { expect } from 'chai';
import { size } from 'paxkv/internal/settings/kinds';
import { defaultTextOf, flagOf, textOf, variableOf } from 'paxkv/internal/settings/setting';

describe('the names of a setting', () => {
  it('are the same words on the command line and in the environment', () => {
    expect([flagOf('logBudget'), variableOf('logBudget')]).to.deep.equal([
      '--log-budget',
      'PAXKV_LOG_BUDGET',
    ]);
    expect([flagOf('node'), variableOf('node')]).to.deep.equal(['--node', 'PAXKV_NODE']);
    expect(flagOf('featureLevelMax')).to.equal('--feature-level-max');
  });
});

describe('the text of a setting', () => {
  const budget = { kind: size(1, 2 ** 30), help: '', placeholder: 'size' };

  it('has its unit', () => expect(textOf(budget, 4096)).to.equal('4KiB'));

  it('tells the default, its own or that of the server', () => {
    expect(defaultTextOf({ ...budget, default: 4096 })).to.equal('4KiB');
    expect(defaultTextOf({ ...budget, defaultText: 'half the memory' })).to.equal(
      'half the memory',
    );
    expect(defaultTextOf(budget)).to.equal(undefined);
  });
});
