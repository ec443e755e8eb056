import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { pendingPut } from '../pending.ts';

describe('OwnSession', () => {
  it('is needed once a write requires it, and not before', () => {
    const session = new OwnSession();
    expect(session.isWanted).to.equal(false);
    expect(session.stamp(pendingPut())).to.equal(undefined);
    expect(session.isWanted).to.equal(true);
    session.open(7);
    expect(session.isWanted).to.equal(false);
    expect(session.stamp(pendingPut())).to.deep.equal({
      session: 7,
      number: 1,
      firstOutstanding: 1,
    });
  });

  it('never uses a number twice, and reports the first outstanding one', () => {
    const session = new OwnSession();
    session.open(7);
    const [first, second] = [pendingPut(), pendingPut()];
    session.stamp(first);
    session.stamp(second);
    session.onSettled(first);
    expect(session.stamp(pendingPut())).to.include({ number: 3, firstOutstanding: 2 });
    session.onSettled(second);
    expect(session.stamp(pendingPut())).to.include({ number: 4, firstOutstanding: 3 });
  });

  for (const windowMax of [1, 3, sessionWindowMax]) {
    it(`has room for ${windowMax} numbers from the first outstanding one on`, () => {
      const session = windowMax === sessionWindowMax ? new OwnSession() : new OwnSession(windowMax);
      session.open(7);
      const writes = Array.from({ length: windowMax }, pendingPut);
      for (const write of writes) expect(session.stamp(write)).to.include({ firstOutstanding: 1 });
      expect(session.stamp(pendingPut())).to.equal(undefined);
      expect(session.isWanted).to.equal(false);
      const [oldest = expect.fail('no write'), ...others] = writes;
      // The numbers between were used, and the oldest still holds the window.
      for (const write of others) session.onSettled(write);
      expect(session.stamp(pendingPut())).to.equal(undefined);
      session.onSettled(oldest);
      expect(session.stamp(pendingPut())).to.deep.equal({
        session: 7,
        number: windowMax + 1,
        firstOutstanding: windowMax + 1,
      });
    });
  }

  it('ends when it has expired, unless it was replaced meanwhile', () => {
    const session = new OwnSession();
    session.open(7);
    const [first, second] = [pendingPut(), pendingPut()];
    session.stamp(first);
    session.stamp(second);
    session.expire(first);
    expect(session.stamp(pendingPut())).to.equal(undefined);
    session.open(8);
    session.expire(second);
    expect(session.stamp(second)).to.deep.equal({ session: 8, number: 1, firstOutstanding: 1 });
  });
});
