import { type Exchange, ExchangeError, KvError } from '@paxkv/client';
import { DeadlineTimer } from '@paxkv/client/internal/retry/deadlines';
import { TimedAttempt } from '@paxkv/client/internal/retry/timed-attempt';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

const get = { command: { type: 'get', key: new Uint8Array([1]) } } as const;
const absent = { type: 'get', entry: undefined } as const;

/** An attempt with 100 ms of the 350 ms of its call, at a server that serves for `servingMs`. */
function begin({ servingMs = 0, isLimited = true } = {}) {
  const clock = new FakeClock();
  const events: unknown[] = [];
  const exchange: Exchange = {
    send: () => {},
    close: () => Promise.resolve(),
    isServing: () => clock.now() < servingMs,
  };
  const attempt = new TimedAttempt(
    { clock, exchange, timer: new DeadlineTimer(clock) },
    {
      request: get,
      endpoint: 'http://a:1',
      timeoutMs: isLimited ? 100 : undefined,
      callDue: 350,
      resolve: (reply) => events.push(reply),
      reject: (error) => events.push(error),
    },
  );
  attempt.onCancel(() => events.push('cancelled'));
  return { clock, events, attempt };
}

describe('TimedAttempt', () => {
  it('is settled once, by whatever comes first', async () => {
    const { attempt, clock, events } = begin();
    expect(attempt.isSettled).to.equal(false);
    attempt.resolve(absent);
    attempt.resolve(absent);
    attempt.reject(new KvError('KV_INTERNAL', 'late'));
    attempt.cancel();
    await clock.runUntil(200);
    expect(events).to.deep.equal([absent]);
    expect(attempt.isSettled).to.equal(true);
    expect(clock.timerCount).to.equal(0);
  });

  it('counts as sent when its time is over, unless it is still queued', async () => {
    for (const sent of ['maybe', 'no'] as const) {
      const { attempt, clock, events } = begin();
      if (sent === 'no') attempt.markQueued();
      await clock.runUntil(100);
      expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent });
      expect(events[1]).to.equal('cancelled');
      attempt.resolve(absent);
      expect(events).to.have.length(2);
    }
  });

  it('has its time from when it was sent', async () => {
    const { attempt, clock, events } = begin({ servingMs: 1000 });
    attempt.markQueued();
    await clock.runUntil(150);
    attempt.markSent();
    await clock.runUntil(249);
    expect(events).to.deep.equal([]);
    await clock.runUntil(250);
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'maybe' });
  });

  it('has all of the time of its call if it has no time of its own', async () => {
    const { clock, events, attempt } = begin();
    expect(attempt.due).to.equal(100);
    const patient = begin({ isLimited: false });
    expect(patient.attempt.due).to.equal(350);
    await patient.clock.runUntil(349);
    expect(patient.events).to.deep.equal([]);
    await clock.runUntil(100);
    expect(events).to.have.length(2);
  });

  it('waits for room at a server that serves until the call ends', async () => {
    const { attempt, clock, events } = begin({ servingMs: 1000 });
    attempt.markQueued();
    await clock.runUntil(349);
    expect(events).to.deep.equal([]);
    await clock.runUntil(350);
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'no' });
    expect(clock.timerCount).to.equal(0);
  });

  it('does not wait for room at a server that no longer serves', async () => {
    const { attempt, clock, events } = begin({ servingMs: 150 });
    attempt.markQueued();
    await clock.runUntil(200);
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({ sent: 'no' });
  });

  it('does not accept the reply to another kind of request', () => {
    const { attempt, events } = begin();
    attempt.resolve({ type: 'put', revision: 1 });
    expect(events[0]).to.be.instanceOf(ExchangeError).that.includes({
      sent: 'maybe',
      message: 'http://a:1 replied to "get" with a reply to "put"',
    });
  });

  it('says whether its time was over, or that of its call', async () => {
    const { clock, events } = begin();
    await clock.runUntil(100);
    expect(events[0]).to.have.property('message', 'http://a:1 did not reply in time');
    const other = begin();
    other.attempt.cancel();
    const message = 'http://a:1 had not replied when the call ended';
    expect(other.events[0]).to.have.property('message', message);
  });
});
