import { ExchangeError } from '@paxkv/client';
import { expect } from 'chai';

describe('ExchangeError', () => {
  it('has the reason and whether the request may have arrived', () => {
    const cause = new Error('socket closed');
    const error = new ExchangeError('maybe', 'broke', cause);
    expect(error).to.include({ name: 'ExchangeError', sent: 'maybe', message: 'broke', cause });
  });

  it('has no cause if none is known', () => {
    expect(new ExchangeError('no', 'refused')).not.to.have.property('cause');
  });
});
