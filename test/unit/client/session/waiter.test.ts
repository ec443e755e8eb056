import { Session } from '@paxkv/client/internal/session/session';
import { Waiter } from '@paxkv/client/internal/session/waiter';
import { expect } from 'chai';

describe('Waiter', () => {
  it('knows its place before anyone who awaits it can run', async () => {
    const waiter = new Waiter();
    const place = { session: new Session(1), number: 1 };
    expect(waiter.place).to.equal(undefined);
    waiter.admit(place);
    expect(waiter.place).to.equal(place);
    expect(await waiter.turn).to.equal(place);
  });

  it('passes on a refusal', async () => {
    const waiter = new Waiter();
    waiter.refuse('no');
    expect(await waiter.turn.catch((error: unknown) => error)).to.equal('no');
    expect(waiter.place).to.equal(undefined);
  });
});
