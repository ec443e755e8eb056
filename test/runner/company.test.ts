import { expect } from 'chai';
import { companyOf, inOrder } from './company.ts';

describe('The order of all test files', () => {
  it('has those that run beside others first, and the folders with the longest of these at their head', () => {
    const [long, short, alone] = ['kv/a.test.js', 'unit/b.test.js', 'browser/c.test.js'];
    expect(inOrder([alone, short, long])).to.deep.equal([long, short, alone]);
  });

  it('leaves what measures time alone', () => {
    expect(companyOf('process/fail-over.test.js')).to.equal('alone');
    expect(companyOf('process\\backup\\backup.test.js')).to.equal('alone');
    expect(companyOf('unit/cli/process/any.test.js')).to.equal('together');
  });
});
