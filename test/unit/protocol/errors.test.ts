import { KvError } from '@paxkv/client';
import { expect } from 'chai';

describe('KvError', () => {
  it('has the outcome of its code', () => {
    expect(new KvError('KV_TIMEOUT', 'late')).to.include({
      code: 'KV_TIMEOUT',
      outcome: 'unknown',
    });
  });

  it('has another outcome where more is known', () => {
    const error = new KvError('KV_TIMEOUT', 'late', { outcome: 'not done' });
    expect(error.outcome).to.equal('not done');
  });

  it('keeps its cause', () => {
    const cause = new Error('why');
    expect(new KvError('KV_INTERNAL', 'broke', { cause }).cause).to.equal(cause);
    expect(new KvError('KV_INTERNAL', 'broke')).not.to.have.property('cause');
  });
});
