import { Session } from '@paxkv/client/internal/session/session';
import { sessionWindowMax } from '@paxkv/client/protocol';
import { expect } from 'chai';

describe('Session', () => {
  it('counts from 1', () => {
    const session = new Session(9);
    expect([session.begin(), session.begin(), session.begin()]).to.deep.equal([1, 2, 3]);
  });

  it('stamps the lowest number still awaited', () => {
    const session = new Session(9);
    for (let count = 0; count < 3; count += 1) {
      session.begin();
    }
    session.end(2);
    expect(session.stamp(3)).to.deep.equal({ id: 9, number: 3, lowestAwaited: 1 });
    session.end(1);
    expect(session.stamp(3)).to.deep.equal({ id: 9, number: 3, lowestAwaited: 3 });
  });

  it('never stamps a lowest awaited above the number itself', () => {
    const session = new Session(9);
    session.end(session.begin());
    const number = session.begin();
    expect(session.stamp(number)).to.deep.equal({ id: 9, number: 2, lowestAwaited: 2 });
  });

  it('does not use a number again that was given up', () => {
    const session = new Session(9);
    session.end(session.begin());
    expect(session.begin()).to.equal(2);
  });

  it('has room for as many numbers as the server remembers, counted from the lowest', () => {
    const session = new Session(9);
    for (let count = 0; count < sessionWindowMax; count += 1) {
      expect(session.hasRoom).to.equal(true);
      session.begin();
    }
    expect(session.hasRoom).to.equal(false);
    session.end(2);
    expect(session.hasRoom, 'number 1 still holds the window').to.equal(false);
    session.end(1);
    expect(session.hasRoom).to.equal(true);
    expect(session.stamp(session.begin()).number - 3).to.equal(sessionWindowMax - 2);
  });
});
