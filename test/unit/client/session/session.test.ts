import { type Place, Session } from '@paxkv/client/internal/session/session';
import { sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';

const stampOf = ({ session, number, firstOutstanding }: Place) => ({
  session,
  number,
  firstOutstanding,
});

describe('Session', () => {
  it('counts from 1', () => {
    const session = new Session(9);
    const places = [session.begin(), session.begin(), session.begin()];
    expect(places.map(({ number }) => number)).to.deep.equal([1, 2, 3]);
  });

  it('stamps the first outstanding number of the moment', () => {
    const session = new Session(9);
    const [first, second, third] = [session.begin(), session.begin(), session.begin()];
    second.leave();
    expect(stampOf(third)).to.deep.equal({ session: 9, number: 3, firstOutstanding: 1 });
    first.leave();
    expect(stampOf(third)).to.deep.equal({ session: 9, number: 3, firstOutstanding: 3 });
  });

  it('never stamps a first outstanding number above its own', () => {
    const session = new Session(9);
    session.begin().leave();
    expect(stampOf(session.begin())).to.deep.equal({ session: 9, number: 2, firstOutstanding: 2 });
  });

  it('does not use a number again that was given up', () => {
    const session = new Session(9);
    session.begin().leave();
    expect(session.begin().number).to.equal(2);
  });

  it('has room for as many numbers as the server remembers, counted from the lowest', () => {
    const session = new Session(9);
    const places: Place[] = [];
    for (let count = 0; count < sessionWindowMax; count += 1) {
      expect(session.hasRoom).to.equal(true);
      places.push(session.begin());
    }
    expect(session.hasRoom).to.equal(false);
    places[1]?.leave();
    expect(session.hasRoom, 'number 1 still holds the window').to.equal(false);
    places[0]?.leave();
    expect(session.hasRoom).to.equal(true);
    expect(session.begin()).to.include({ number: sessionWindowMax + 1, firstOutstanding: 3 });
  });

  it('keeps count over many windows', () => {
    const session = new Session(9);
    const awaited: Place[] = [];
    for (let number = 1; number <= 5 * sessionWindowMax; number += 1) {
      awaited.push(session.begin());
      if (awaited.length === 3) {
        // The middle one first: the first outstanding number moves in steps of different lengths.
        awaited.splice(number % 2, 1)[0]?.leave();
      }
      expect(session.firstOutstanding).to.equal(awaited[0]?.number);
    }
  });
});
