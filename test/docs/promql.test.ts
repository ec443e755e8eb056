import { expect } from 'chai';
import { parseExpression } from './promql.ts';

describe('parseExpression', () => {
  it('finds each metric with the labels that are compared, and the labels of groups and joins', () => {
    const text =
      'sum by (job, le) (rate(a_total{code="x",job=~"$job"}[5m])) / on (job) b{peer!="1"} > 0';
    expect(parseExpression(text)).to.deep.equal({
      selectors: [
        { metric: 'a_total', labels: ['code', 'job'] },
        { metric: 'b', labels: ['peer'] },
      ],
      groupings: ['job', 'le', 'job'],
    });
  });

  for (const text of ['sum(', 'a{b=}', 'rate(a[5x])', 'a +']) {
    it(`refuses ${text}`, () => expect(() => parseExpression(text)).to.throw('no expression'));
  }
});
