import { PaxosError } from '@paxkv/paxos';
import { expect } from 'chai';

describe('PaxosError', () => {
  it('carries its code, its message and its cause', () => {
    const cause = new Error('disk on fire');
    const error = new PaxosError('PAXOS_STORAGE_FAILED', 'a write failed', cause);
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({
      name: 'PaxosError',
      code: 'PAXOS_STORAGE_FAILED',
      message: 'a write failed',
      cause,
    });
  });

  it('has no cause where none was given', () => {
    expect(new PaxosError('PAXOS_STORAGE_FAILED', 'a write failed')).to.not.have.property('cause');
  });
});
