import { expect } from 'chai';
import type { HistoryEvent } from './event.ts';
import { toOperations } from './pairing.ts';
import { Recorder } from './recorder.ts';

describe('Recorder', () => {
  let time = 0;
  const now = () => time++;

  beforeEach(() => {
    time = 0;
  });

  it('keeps each call and its outcome, in order and with the time', () => {
    const recorder = new Recorder({ now });
    const put = recorder.client().put('k', 'v');
    const get = recorder.client({ node: 2 }).get('k');
    put.ok({ revision: 4 });
    get.fail('KV_TIMEOUT');
    const asked = { process: 0, id: 0, key: 'k' };
    const read = { process: 1, id: 1, key: 'k', node: 2 };
    expect(recorder.events).to.deep.equal([
      { at: 0, type: 'invoke', ...asked, request: { name: 'put', value: 'v' } },
      { at: 1, type: 'invoke', ...read, request: { name: 'get' } },
      { at: 2, type: 'ok', ...asked, answer: { name: 'put', revision: 4 } },
      { at: 3, type: 'fail', ...read, name: 'get', code: 'KV_TIMEOUT' },
    ]);
  });

  it('passes each event on immediately', () => {
    const heard: HistoryEvent[] = [];
    const recorder = new Recorder({ now, onEvent: (event) => heard.push(event) });
    const pending = recorder.client().delete('k');
    expect(heard).to.have.length(1);
    pending.ok({ deleted: true });
    expect(heard).to.deep.equal(recorder.events);
  });

  it('refuses a clock that goes back or is not a number', () => {
    const times = [5, 4];
    const client = new Recorder({ now: () => times.shift() ?? Number.NaN }).client();
    const pending = client.get('k');
    expect(() => pending.fail('x')).to.throw(TypeError, 'from 5 to 4');
    expect(() => client.get('k')).to.throw(TypeError, 'to NaN');
  });

  describe('its clients', () => {
    it('keep their process number while they know their outcomes', () => {
      const recorder = new Recorder({ now });
      const client = recorder.client();
      client.put('k', 'v').ok({});
      client.append('k', 'v').fail('KV_OVERLOADED');
      client.get('k').ok({ value: 'v' });
      expect(recorder.events.map(({ process }) => process)).to.deep.equal([0, 0, 0, 0, 0, 0]);
    });

    it('take an unused number after an unknown outcome', () => {
      const recorder = new Recorder({ now });
      const [one, two] = [recorder.client(), recorder.client()];
      one.put('k', 'v').info('KV_TIMEOUT');
      one.get('k').ok({ value: undefined });
      two.get('k').ok({ value: undefined });
      expect(recorder.events.map(({ process }) => process)).to.deep.equal([0, 0, 2, 2, 1, 1]);
      expect(() => toOperations(recorder.events)).not.to.throw();
    });

    it('refuse a call while the last one is open', () => {
      const client = new Recorder({ now }).client();
      client.put('k', 'v');
      expect(() => client.get('k')).to.throw(TypeError, 'process 0 has operation 0 open');
    });

    it('end a call once', () => {
      const client = new Recorder({ now }).client();
      const first = client.put('k', 'v');
      first.info('KV_TIMEOUT');
      expect(() => first.ok({})).to.throw(TypeError, 'operation 0 has ended');
      client.put('k', 'w');
      expect(() => first.ok({}), 'while the next is open').to.throw(TypeError, 'operation 0');
    });
  });
});
