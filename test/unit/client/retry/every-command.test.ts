/** The outcome of every command after every error, whatever its earlier attempts left open. */
import { ExchangeError, KvError, type KvErrorCode } from '@paxkv/client';
import { AttemptsOutcome } from '@paxkv/client/internal/retry/attempts-outcome';
import { CallDeadline } from '@paxkv/client/internal/retry/deadlines';
import { allCommands, errorCodes, type Outcome } from '@paxkv/protocol';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

const outcomes: readonly Outcome[] = ['not done', 'done', 'unknown'];
const kinds = [...allCommands, { type: 'status', access: 'read' } as const];

/** What earlier attempts left open. */
const earlier = {
  'no attempt before': [],
  'an attempt that was not sent': [new ExchangeError('no', 'connection refused')],
  'an attempt that a server refused': [new KvError('KV_OVERLOADED', 'full')],
  'an attempt that may have arrived': [new ExchangeError('maybe', 'connection broke')],
  'an attempt of unknown outcome': [new KvError('KV_TIMEOUT', 'no decision')],
  'one that may have arrived, and one that was refused': [
    new ExchangeError('maybe', 'connection broke'),
    new KvError('KV_OVERLOADED', 'full'),
  ],
};

for (const { type, access } of kinds) {
  describe(`A failed ${type}`, () => {
    for (const [what, errors] of Object.entries(earlier)) {
      const isOpen = /may have arrived|unknown/.test(what);

      it(`has an outcome that is true after ${what}`, async () => {
        for (const code of Object.keys(errorCodes) as KvErrorCode[]) {
          for (const outcome of outcomes) {
            const last = new KvError(code, 'because', { outcome });
            const failure = await failureAfter([...errors, last]);
            // A final error is passed on as it is, if nothing contradicts it.
            const isDone = failure === last && outcome === 'done';
            const isUnknown = access === 'write' && (isOpen || outcome !== 'not done');
            const expected = isDone ? 'done' : isUnknown ? 'unknown' : 'not done';
            expect(failure.outcome, `${code}, ${outcome}`).to.equal(expected);
          }
        }
      });
    }

    async function failureAfter(errors: readonly Error[]): Promise<KvError> {
      const attempts = new AttemptsOutcome(type, ['http://a:1']);
      try {
        for (const error of errors) {
          attempts.begin('http://a:1', { isQueued: false });
          attempts.fail('http://a:1', error);
        }
        const clock = new FakeClock();
        const deadline = new CallDeadline(clock, { timeoutMs: 20 });
        await clock.runUntil(20);
        return attempts.ended(deadline);
      } catch (error) {
        return error instanceof KvError ? error : expect.fail(String(error));
      }
    }
  });
}
