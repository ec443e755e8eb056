import { ExchangeError, KvError, type KvErrorCode } from '@paxkv/client';
import { Tally } from '@paxkv/client/internal/retry/attempts-outcome';
import { Patience } from '@paxkv/client/internal/retry/call-deadline';
import { errorCodes } from '@paxkv/protocol';
import { expect } from 'chai';
import { FakeClock } from '../fake-world.ts';

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

function tallyOf(...errors: readonly Error[]): Tally {
  const tally = new Tally('put');
  for (const error of errors) {
    tally.began();
    tally.failed(error);
  }
  return tally;
}

describe('Tally', () => {
  it('knows that nothing arrived as long as nothing was sent or all was refused', () => {
    expect(tallyOf().mayHaveArrived).to.equal(false);
    expect(tallyOf(unsent, overloaded, unsent).mayHaveArrived).to.equal(false);
  });

  it('takes what is under way, lost or of unknown outcome for perhaps arrived', () => {
    const underWay = new Tally('put');
    underWay.began();
    expect(underWay.mayHaveArrived).to.equal(true);
    expect(tallyOf(lost, unsent).mayHaveArrived).to.equal(true);
    expect(tallyOf(interrupted, overloaded).mayHaveArrived).to.equal(true);
  });

  it('goes by the outcome the server states, not by the code alone', () => {
    const sure = new KvError('KV_INTERNAL', 'before anything', { outcome: 'not done' });
    expect(tallyOf(sure).mayHaveArrived).to.equal(false);
  });

  it('calls the end KV_UNREACHABLE, not done, where no server was reached', () => {
    const failure = tallyOf(unsent, unsent).failure('no reply');
    expect(failure).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done', cause: unsent });
  });

  it('calls the end by the last refusal, not done, where servers only refused', () => {
    const failure = tallyOf(overloaded, unsent).failure('no reply');
    expect(failure).to.include({ code: 'KV_OVERLOADED', outcome: 'not done' });
  });

  it('calls the end KV_TIMEOUT, unknown, where one attempt may have arrived', () => {
    const failure = tallyOf(lost, overloaded).failure('no reply');
    expect(failure).to.include({ code: 'KV_TIMEOUT', outcome: 'unknown' });
  });

  it('tells in its message what was asked, how often, and what went wrong last', async () => {
    const clock = new FakeClock();
    const patience = new Patience(clock, { timeoutMs: 20 });
    await clock.runUntil(20);
    const { message } = tallyOf(lost, unsent).verdict(patience);
    expect(message).to.include('put: no reply within 20 ms, 2 attempts');
    expect(message).to.include('Last: connection refused');
  });

  it('tells a caller who called it off whether it may have arrived', () => {
    const signal = AbortSignal.abort('enough');
    const patience = new Patience(new FakeClock(), { timeoutMs: 20, signal });
    const unheard = tallyOf(lost).verdict(patience);
    expect(unheard).to.include({ code: 'KV_ABORTED', outcome: 'unknown', cause: 'enough' });
    expect(tallyOf(unsent).verdict(patience)).to.include({ outcome: 'not done' });
  });

  it('throws a last word as it is where nothing was sent before', () => {
    const lastWord = new KvError('KV_TOO_LARGE', 'too large');
    expect(() => tallyOf(unsent, lastWord)).to.throw(lastWord);
  });

  it('throws a last word as unknown where an earlier attempt may have arrived', () => {
    const lastWord = new KvError('KV_TOO_LARGE', 'too large');
    expect(() => tallyOf(lost, lastWord))
      .to.throw(KvError)
      .that.includes({ code: 'KV_TOO_LARGE', outcome: 'unknown', cause: lastWord });
  });

  it('throws what is no answer at all, such as a defect', () => {
    const defect = new RangeError('a defect');
    expect(() => tallyOf(defect)).to.throw(defect);
  });

  for (const code of Object.keys(errorCodes) as KvErrorCode[]) {
    const isRetried = retriedCodes.includes(code);
    it(`${isRetried ? 'goes on after' : 'ends with'} ${code}`, () => {
      const tell = () => tallyOf(new KvError(code, ''));
      if (isRetried) {
        expect(tell).not.to.throw();
      } else {
        expect(tell).to.throw(KvError);
      }
    });
  }
});
