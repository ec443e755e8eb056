import { QueuedWrite, Session, type SessionSlot } from '@paxkv/client/internal/session/session';
import { sessionWindowMax } from '@paxkv/protocol';
import { expect } from 'chai';

const stampOf = ({ session, number, firstOutstanding }: SessionSlot) => ({
  session,
  number,
  firstOutstanding,
});

describe('Session', () => {
  it('counts from 1', () => {
    const session = new Session(9);
    const slots = [session.take(), session.take(), session.take()];
    expect(slots.map(({ number }) => number)).to.deep.equal([1, 2, 3]);
  });

  it('stamps the first outstanding number as it is at each moment', () => {
    const session = new Session(9);
    const [first, second, third] = [session.take(), session.take(), session.take()];
    second.release();
    expect(stampOf(third)).to.deep.equal({ session: 9, number: 3, firstOutstanding: 1 });
    first.release();
    expect(stampOf(third)).to.deep.equal({ session: 9, number: 3, firstOutstanding: 3 });
  });

  it('never stamps a first outstanding number above the number itself', () => {
    const session = new Session(9);
    session.take().release();
    expect(stampOf(session.take())).to.deep.equal({ session: 9, number: 2, firstOutstanding: 2 });
  });

  it('does not reuse a released number', () => {
    const session = new Session(9);
    session.take().release();
    expect(session.take().number).to.equal(2);
  });

  it('has room for as many numbers as the server remembers, counted from the first outstanding one', () => {
    const session = new Session(9);
    const slots: SessionSlot[] = [];
    for (let count = 0; count < sessionWindowMax; count += 1) {
      expect(session.hasRoom).to.equal(true);
      slots.push(session.take());
    }
    expect(session.hasRoom).to.equal(false);
    slots[1]?.release();
    expect(session.hasRoom, 'number 1 still holds the window').to.equal(false);
    slots[0]?.release();
    expect(session.hasRoom).to.equal(true);
    expect(session.take()).to.include({ number: sessionWindowMax + 1, firstOutstanding: 3 });
  });

  for (const windowMax of [1, 2, 3]) {
    it(`has room for ${windowMax} numbers if its window has as many`, () => {
      const session = new Session(9, windowMax);
      const slots = Array.from({ length: windowMax }, () => session.take());
      expect(session.hasRoom).to.equal(false);
      for (const slot of slots.slice(1)) slot.release();
      expect(session.hasRoom).to.equal(windowMax < 1);
      slots[0]?.release();
      expect(session.hasRoom).to.equal(true);
      expect(session.take()).to.include({ number: windowMax + 1, firstOutstanding: windowMax + 1 });
    });
  }

  it('counts correctly over many windows', () => {
    const session = new Session(9);
    const awaited: SessionSlot[] = [];
    for (let number = 1; number <= 5 * sessionWindowMax; number += 1) {
      awaited.push(session.take());
      if (awaited.length === 3) {
        // The middle one first: the first outstanding moves in steps of different lengths.
        awaited.splice(number % 2, 1)[0]?.release();
      }
      expect(session.firstOutstanding).to.equal(awaited[0]?.number);
    }
  });
});

describe('QueuedWrite', () => {
  it('knows its slot before code that awaits it can run', async () => {
    const write = new QueuedWrite(50);
    const slot = new Session(1).take();
    expect(write.slot).to.equal(undefined);
    write.assign(slot);
    expect(write.slot).to.equal(slot);
    expect(await write.assigned).to.equal(slot);
  });

  it('passes on an error', async () => {
    const write = new QueuedWrite(50);
    write.fail('no');
    expect(await write.assigned.catch((error: unknown) => error)).to.equal('no');
    expect(write.slot).to.equal(undefined);
  });

  it('ends without a slot at its deadline or when it is cancelled', async () => {
    const late = new QueuedWrite(50);
    late.onDue();
    expect(await late.assigned).to.equal(undefined);
    const unwanted = new QueuedWrite(50);
    unwanted.cancel();
    expect(await unwanted.assigned).to.equal(undefined);
  });

  it('keeps a slot that comes after its end, so that it can be released', async () => {
    const write = new QueuedWrite(50);
    write.cancel();
    const slot = new Session(1).take();
    write.assign(slot);
    expect(await write.assigned).to.equal(undefined);
    expect(write.slot).to.equal(slot);
  });
});
