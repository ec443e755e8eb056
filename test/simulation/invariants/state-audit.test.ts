import { expect } from 'chai';
import { Verdict } from '../verdict.ts';
import { StateAudit } from './state-audit.ts';

describe('StateAudit', () => {
  let verdict: Verdict;
  let audit: StateAudit;

  beforeEach(() => {
    verdict = new Verdict(
      () => 0,
      () => {},
    );
    audit = new StateAudit(verdict);
    audit.onStarted(0, 1);
  });

  function reads(
    node: number,
    modRevision: number,
    value: string,
    boot = audit.bootOf(node),
  ): void {
    audit.onOldRead('key', { value, modRevision }, { node, boot });
  }

  it('finds nothing in a server that lags behind, or that was started again', () => {
    reads(0, 5, 'b');
    reads(1, 3, 'a');
    reads(0, 5, 'b');
    audit.onStarted(0, 2);
    reads(0, 3, 'a', 1);
    reads(0, 3, 'a');
    reads(0, 5, 'b');
    expect(verdict.failure).to.equal(undefined);
  });

  it('finds a server whose answers go back in time', () => {
    reads(0, 5, 'b');
    reads(0, 3, 'a');
    expect(verdict.failure?.invariant).to.equal('the answers of one server do not go back in time');
  });

  it('finds two values of one revision, also in gets of the latest state', () => {
    reads(0, 5, 'b');
    audit.onRead('other', { value: 'c', modRevision: 5 });
    expect(verdict.failure).to.equal(undefined);
    audit.onRead('key', { value: 'c', modRevision: 5 });
    expect(verdict.failure?.invariant).to.equal('a revision of a key has one value');
  });
});
