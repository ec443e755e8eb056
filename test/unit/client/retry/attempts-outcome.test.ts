import { ExchangeError, KvError, type KvErrorCode } from '@paxkv/client';
import type { RequestType } from '@paxkv/client/internal/request';
import { AttemptsOutcome } from '@paxkv/client/internal/retry/attempts-outcome';
import { CallDeadline } from '@paxkv/client/internal/retry/deadlines';
import { errorCodes } from '@paxkv/protocol';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

const sent = { isQueued: false };
const endpoints = ['http://a:1', 'http://b:2'];
const codes = Object.keys(errorCodes) as KvErrorCode[];
const outcomes = ['not done', 'done', 'unknown'] as const;
const unsent = new ExchangeError('no', 'connection refused');
const lost = new ExchangeError('maybe', 'connection broke');
const overloaded = new KvError('KV_OVERLOADED', 'full');
const interrupted = new KvError('KV_INTERRUPTED', 'stopped');
const retriedCodes: readonly KvErrorCode[] = [
  'KV_SLOW_REQUEST',
  'KV_INTERNAL',
  'KV_OVERLOADED',
  'KV_UNAVAILABLE',
  'KV_INTERRUPTED',
  'KV_TIMEOUT',
];

/** The outcome after attempts at one server after another failed with these errors. */
function outcomeOf(type: RequestType, ...errors: readonly Error[]): AttemptsOutcome {
  const outcome = new AttemptsOutcome(type, endpoints);
  for (const [index, error] of errors.entries()) {
    const endpoint = endpoints[index % endpoints.length] ?? '';
    outcome.begin(endpoint, sent);
    outcome.fail(endpoint, error);
  }
  return outcome;
}

const afterPuts = (...errors: readonly Error[]) => outcomeOf('put', ...errors);

async function deadlineAfter(end: 'deadline' | 'aborted'): Promise<CallDeadline> {
  const clock = new FakeClock();
  const signal = end === 'aborted' ? AbortSignal.abort('enough') : undefined;
  const deadline = new CallDeadline(clock, { timeoutMs: 20, signal });
  await clock.runUntil(20);
  return deadline;
}

/** The error that the caller gets after these attempts, by whichever way the call ends. */
async function errorsAfter(
  type: RequestType,
  errors: readonly Error[],
): Promise<readonly KvError[]> {
  try {
    const outcome = outcomeOf(type, ...errors);
    return [
      outcome.failed('no reply'),
      outcome.ended(await deadlineAfter('deadline')),
      outcome.ended(await deadlineAfter('aborted')),
    ];
  } catch (error) {
    if (error instanceof KvError) return [error];
    throw error;
  }
}

describe('AttemptsOutcome', () => {
  it('knows that nothing arrived if nothing was sent or every server refused', () => {
    expect(afterPuts().mayHaveArrived).to.equal(false);
    expect(afterPuts(unsent, overloaded, unsent).mayHaveArrived).to.equal(false);
  });

  it('counts attempts in flight, lost or of unknown outcome as possibly arrived', () => {
    const inFlight = new AttemptsOutcome('put', endpoints);
    inFlight.begin('http://a:1', sent);
    expect(inFlight.mayHaveArrived).to.equal(true);
    expect(afterPuts(lost, unsent).mayHaveArrived).to.equal(true);
    expect(afterPuts(interrupted, overloaded).mayHaveArrived).to.equal(true);
  });

  it('counts an attempt that waits in the client as not arrived, until it is sent', () => {
    const attempt = { isQueued: true };
    const queued = new AttemptsOutcome('put', endpoints);
    queued.begin('http://a:1', attempt);
    expect(queued.failed('no reply')).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    attempt.isQueued = false;
    expect(queued.failed('no reply')).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
  });

  it('goes by the outcome that the server states, not by the code alone', () => {
    const sure = new KvError('KV_INTERNAL', 'before anything', { outcome: 'not done' });
    expect(afterPuts(sure).mayHaveArrived).to.equal(false);
  });

  it('fails as KV_UNREACHABLE, not done, if no server was reached', () => {
    const failure = afterPuts(unsent, unsent).failed('no reply');
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done', cause: unsent });
  });

  it('fails as the last refusal, not done, if servers only refused', () => {
    const failure = afterPuts(overloaded, unsent).failed('no reply');
    expect(failure).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });

  it('fails as KV_TIMEOUT, unknown, if one attempt may have arrived', () => {
    const failure = afterPuts(lost, overloaded).failed('no reply');
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
  });

  it('says what was asked, how often, and what went wrong at each server', async () => {
    const { message } = afterPuts(lost, unsent).ended(await deadlineAfter('deadline'));
    expect(message).to.include('put: no reply within 20 ms, 2 attempts');
    expect(message).to.include('http://a:1: connection broke; http://b:2: connection refused');
    const { message: shorter } = afterPuts(lost).failed('no reply');
    expect(shorter).to.include('http://b:2: not asked');
  });

  it('says in whole sentences how the call ended, what follows, and why', async () => {
    const causes = 'http://a:1: connection refused; http://b:2: not asked';
    expect(afterPuts(unsent).ended(await deadlineAfter('aborted')).message).to.equal(
      `put: aborted by its signal after 1 attempt. The write was not done: no server took it. ${causes}`,
    );
    expect(outcomeOf('get', unsent).ended(await deadlineAfter('deadline')).message).to.equal(
      `get: no reply within 20 ms, 1 attempt. Nothing was read: the call can be repeated. ${causes}`,
    );
  });

  it('names a server once, also if its error begins with its name', () => {
    const named = new ExchangeError('no', 'http://a:1 closed the connection');
    const { message } = afterPuts(named).failed('no reply');
    expect(message).to.match(
      /took it\. http:\/\/a:1 closed the connection; http:\/\/b:2: not asked$/,
    );
  });

  it('says after an abort whether the write may have arrived', async () => {
    const deadline = await deadlineAfter('aborted');
    const failure = afterPuts(lost).ended(deadline);
    expect(failure).to.include({ code: 'KV_ABORTED', outcome: 'unknown', cause: 'enough' });
    expect(afterPuts(unsent).ended(deadline)).to.include({ outcome: 'not done' });
  });

  it('throws a final error as it is if nothing was sent before', () => {
    const final = new KvError('KV_TOO_LARGE', 'too large');
    expect(() => afterPuts(unsent, final)).to.throw(final);
  });

  it('throws a final error as unknown if an earlier attempt may have arrived', () => {
    const final = new KvError('KV_TOO_LARGE', 'too large');
    expect(() => afterPuts(lost, final))
      .to.throw(KvError)
      .that.includes({ code: 'KV_TOO_LARGE', outcome: 'unknown', cause: final });
  });

  it('throws a final error of a read as not done, with the code and the words of the server', () => {
    const final = new KvError('KV_TOO_LARGE', 'too large', { outcome: 'unknown' });
    expect(() => outcomeOf('get', final))
      .to.throw(KvError)
      .that.includes({ code: 'KV_TOO_LARGE', outcome: 'not done', message: 'too large' });
  });

  it('throws what is no error of a server, such as a defect, whatever it has and came before', () => {
    const defect = Object.assign(new RangeError('a defect'), { code: 'KV_TIMEOUT' });
    for (const before of [[], [unsent], [lost]]) {
      expect(() => afterPuts(...before, defect)).to.throw(defect);
    }
  });

  it('calls a failed read not done, whatever happened to it', async () => {
    for (const type of ['get', 'status'] as const) {
      for (const error of [unsent, lost, overloaded, interrupted]) {
        for (const failure of await errorsAfter(type, [error])) {
          expect(failure.outcome, failure.message).to.equal('not done');
        }
      }
    }
  });

  for (const code of codes) {
    it(`has messages that agree with the outcome after ${code}`, async () => {
      for (const type of ['get', 'status', 'put', 'append', 'delete', 'openSession'] as const) {
        for (const outcome of outcomes) {
          const error = new KvError(code, 'because', { outcome });
          for (const before of [[], [unsent], [lost]]) {
            for (const failure of await errorsAfter(type, [...before, error])) {
              expectAgreement(type, failure);
            }
          }
        }
      }
    });

    const isRetried = retriedCodes.includes(code);
    it(`${isRetried ? 'goes on after' : 'ends with'} ${code}`, () => {
      const fail = () => afterPuts(new KvError(code, ''));
      if (isRetried) {
        expect(fail).not.to.throw();
      } else {
        expect(fail).to.throw(KvError);
      }
    });
  }

  it('names every server and why it failed, also one that is being asked again', () => {
    const outcome = outcomeOf('get', unsent, lost);
    expect(outcome.failed('no reply').message).to.contain(
      'http://a:1: connection refused; http://b:2: connection broke',
    );
    const first = new AttemptsOutcome('get', endpoints);
    first.begin('http://a:1', sent);
    expect(first.failed('no reply').message).to.contain('http://a:1 has not replied yet; http://b');
    outcome.begin('http://a:1', sent);
    expect(outcome.failed('no reply').message).to.contain(
      'http://a:1 has not replied yet (before: connection refused); http://b:2: connection broke',
    );
  });
});

function expectAgreement(type: RequestType, { outcome, message }: KvError): void {
  const isWrite = ['put', 'append', 'delete'].includes(type);
  if (!isWrite) expect(outcome, message).not.to.equal('unknown');
  const mayHave = /may have taken effect/;
  if (outcome === 'unknown')
    expect(message)
      .to.match(mayHave)
      .and.not.match(/not done|nothing was/i);
  else expect(message).not.to.match(mayHave);
}
