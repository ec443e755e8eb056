import { Session } from '@paxkv/client/internal/session/session';
import { Waiter } from '@paxkv/client/internal/session/waiter';
import { expect } from 'chai';

describe('Waiter', () => {
  it('knows its place before anyone who awaits it can run', async () => {
    const waiter = new Waiter(50);
    const place = new Session(1).begin();
    expect(waiter.place).to.equal(undefined);
    waiter.admit(place);
    expect(waiter.place).to.equal(place);
    expect(await waiter.turn).to.equal(place);
  });

  it('passes on a refusal', async () => {
    const waiter = new Waiter(50);
    waiter.refuse('no');
    expect(await waiter.turn.catch((error: unknown) => error)).to.equal('no');
    expect(waiter.place).to.equal(undefined);
  });

  it('ends without a place when its time is over or it is called off', async () => {
    const late = new Waiter(50);
    late.overdue();
    expect(await late.turn).to.equal(undefined);
    const unwanted = new Waiter(50);
    unwanted.callOff();
    expect(await unwanted.turn).to.equal(undefined);
  });

  it('keeps a place that comes after its end, for it to be given back', async () => {
    const waiter = new Waiter(50);
    waiter.callOff();
    const place = new Session(1).begin();
    waiter.admit(place);
    expect(await waiter.turn).to.equal(undefined);
    expect(waiter.place).to.equal(place);
  });
});
