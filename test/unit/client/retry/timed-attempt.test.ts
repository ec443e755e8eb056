import { type Exchange, ExchangeError, KvError } from '@paxkv/client';
import { Deadlines } from '@paxkv/client/internal/retry/deadlines';
import { TimedAttempt } from '@paxkv/client/internal/retry/timed-attempt';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

const get = { command: { type: 'get', key: new Uint8Array([1]) } } as const;
const absent = { type: 'get', entry: undefined } as const;

/** One that may take 100 ms of the 350 that its caller has, of a server that serves for `servingMs`. */
function begin({ servingMs = 0 } = {}) {
  const clock = new FakeClock();
  const events: unknown[] = [];
  const exchange: Exchange = {
    send: () => {},
    close: () => Promise.resolve(),
    isServing: () => clock.now() < servingMs,
  };
  const attempt = new TimedAttempt(
    get,
    {
      ...{ endpoint: 'http://a:1', timeoutMs: 100, dueMax: 350, clock },
      ...{ exchange, deadlines: new Deadlines(clock) },
    },
    { resolve: (reply) => events.push(reply), reject: (error) => events.push(error) },
  );
  attempt.onCalledOff(() => events.push('called off'));
  return { clock, events, attempt };
}

describe('TimedAttempt', () => {
  it('ends once, by whatever comes first', async () => {
    const { attempt, clock, events } = begin();
    expect(attempt.isOver).to.equal(false);
    attempt.answer(absent);
    attempt.answer(absent);
    attempt.fail(new KvError('KV_INTERNAL', 'late'));
    attempt.callOff();
    await clock.runUntil(200);
    expect(events).to.deep.equal([absent]);
    expect(attempt.isOver).to.equal(true);
    expect(clock.timerCount).to.equal(0);
  });

  it('is taken for sent when its time is over, unless the exchange held it back', async () => {
    for (const sent of ['maybe', 'no'] as const) {
      const { attempt, clock, events } = begin();
      if (sent === 'no') attempt.holdBack();
      await clock.runUntil(100);
      expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent });
      expect(events[1]).to.equal('called off');
      attempt.answer(absent);
      expect(events).to.have.length(2);
    }
  });

  it('has its time from when it left', async () => {
    const { attempt, clock, events } = begin({ servingMs: 1000 });
    attempt.holdBack();
    await clock.runUntil(150);
    attempt.leave();
    await clock.runUntil(249);
    expect(events).to.deep.equal([]);
    await clock.runUntil(250);
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'maybe' });
  });

  it('waits for room at a server that serves, as long as its caller does', async () => {
    const { attempt, clock, events } = begin({ servingMs: 1000 });
    attempt.holdBack();
    await clock.runUntil(349);
    expect(events).to.deep.equal([]);
    await clock.runUntil(350);
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'no' });
    expect(clock.timerCount).to.equal(0);
  });

  it('does not wait for room at a server that serves no more', async () => {
    const { attempt, clock, events } = begin({ servingMs: 150 });
    attempt.holdBack();
    await clock.runUntil(200);
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'no' });
  });

  it('takes the reply to another request for none', () => {
    const { attempt, events } = begin();
    attempt.answer({ type: 'put', revision: 1 });
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'maybe' });
  });
});
