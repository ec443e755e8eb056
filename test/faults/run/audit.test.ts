/** Tests the findings of the audit in small histories, each with one violation. */
import { expect } from 'chai';
import { Recorder, type RecorderClient } from '../../history/recorder.ts';
import { audit, type FinalAnswers } from './audit.ts';

describe('the audit', () => {
  let time = 0;
  let recorder: Recorder;
  let client: RecorderClient;

  beforeEach(() => {
    recorder = new Recorder({ now: () => (time += 1) });
    client = recorder.client();
  });

  const findings = (last: Record<string, string> = {}): string[] => {
    const finalAnswers: FinalAnswers = new Map([[0, new Map(Object.entries(last))]]);
    return audit(recorder.events, finalAnswers);
  };

  it('finds nothing in a correct history', () => {
    client.append('ledger-0', 'a ').ok({});
    client.append('ledger-0', 'b ').info('KV_TIMEOUT');
    client.append('ledger-0', 'c ').fail('KV_OVERLOADED');
    client.get('ledger-0').ok({ value: 'a b ' });
    expect(findings({ 'ledger-0': 'a b ' })).to.deep.equal([]);
  });

  it('finds an acknowledged append that a node has lost', () => {
    client.append('ledger-0', 'a ').ok({});
    expect(findings({ 'ledger-0': '' })).to.deep.equal([
      'node 0: acknowledged a of ledger-0 is lost',
    ]);
    expect(findings()).to.have.length(1);
  });

  it('finds a duplicate element', () => {
    client.append('mixed-0', 'a ').ok({});
    client.get('mixed-0').ok({ value: 'a a ' });
    expect(findings()).to.deep.equal(['get 1 of mixed-0: a is present twice']);
  });

  it('finds an element of a failed write', () => {
    client.put('mixed-0', 'a ').fail('KV_UNAVAILABLE');
    client.get('mixed-0').ok({ value: 'a ' });
    expect(findings()).to.deep.equal(['get 1 of mixed-0: a is present, though its write failed']);
  });

  it('finds an element of another key, or one that was never written', () => {
    client.put('mixed-0', 'a ').ok({});
    client.get('mixed-1').ok({ value: 'a b ' });
    expect(findings()).to.deep.equal([
      'get 1 of mixed-1: a was never written',
      'get 1 of mixed-1: b was never written',
    ]);
  });

  it('rejects a history that writes an element twice', () => {
    client.put('mixed-0', 'a ').ok({});
    client.put('mixed-0', 'a ').ok({});
    expect(() => findings()).to.throw('a is written twice');
  });
});
