import { expect } from 'chai';
import { Recorder, type RecorderClient } from '../../history/recorder.ts';
import { Verdict } from '../verdict.ts';
import { checkHistory } from './history-invariants.ts';

/** The rule that a history of one client breaks, if any; `decided`: values known to be in the log. */
function brokenBy(tell: (client: RecorderClient) => void, decided: string[] = []) {
  let now = 0;
  const recorder = new Recorder({ now: () => now++ });
  const verdict = new Verdict(
    () => 0,
    () => {},
  );
  const log = { wasDecided: (value: string) => decided.includes(value) };
  tell(recorder.client());
  checkHistory(recorder.events, { log, verdict, isList: (key) => key === 'list' });
  return verdict.failure?.invariant;
}

describe('History invariants', () => {
  it('accept a correct history', () => {
    const broken = brokenBy((client) => {
      client.append('list', '[0.1]').ok({ revision: 1, length: 5 });
      client.append('list', '[0.2]').fail('KV_OVERLOADED');
      client.append('list', '[0.3]').info('KV_TIMEOUT');
      client.get('list').ok({ value: '[0.1][0.3]', revision: 2 });
    });
    expect(broken).to.equal(undefined);
  });

  it('object to a write that took effect twice', () => {
    const broken = brokenBy((client) => {
      client.append('list', '[0.1]').info('KV_TIMEOUT');
      client.get('list').ok({ value: '[0.1][0.1]' });
    });
    expect(broken).to.equal('a write takes effect once');
  });

  it('object to a write that was decided, and reported as not done', () => {
    const broken = brokenBy(
      (client) => client.put('key', '[0.1]').fail('KV_OVERLOADED'),
      ['[0.1]'],
    );
    expect(broken).to.equal('a failed write never takes effect');
  });

  it('object to an append that was acknowledged, and is gone', () => {
    const broken = brokenBy((client) => {
      client.append('list', '[0.1]').ok({ revision: 1, length: 5 });
      client.get('list').ok({ value: undefined });
    });
    expect(broken).to.equal('an acknowledged write is never lost');
  });

  it('object to answers that no order of the calls explains', () => {
    const broken = brokenBy((client) => {
      client.put('key', '[0.1]').ok({});
      client.put('key', '[0.2]').ok({});
      client.get('key').ok({ value: '[0.1]' });
    });
    expect(broken).to.equal('histories are linearizable');
  });
});
