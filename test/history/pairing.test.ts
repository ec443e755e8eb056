import { expect } from 'chai';
import type { HistoryEvent } from './event.ts';
import { HistoryError } from './json-lines.ts';
import { toOperations } from './pairing.ts';

const stamp = { at: 0, process: 0, id: 0, key: 'k' };
const invoke: HistoryEvent = { ...stamp, type: 'invoke', request: { name: 'put', value: 'v' } };
const ok: HistoryEvent = { ...stamp, type: 'ok', answer: { name: 'put', revision: 3 } };
const fail: HistoryEvent = { ...stamp, type: 'fail', name: 'put', code: 'KV_OVERLOADED' };
const info: HistoryEvent = { ...stamp, type: 'info', name: 'put', code: 'KV_TIMEOUT' };
const put = { id: 0, process: 0, key: 'k', name: 'put', value: 'v', position: 0 };

describe('pairing', () => {
  it('joins a call with its outcome', () => {
    const answer = { name: 'put', revision: 3 };
    expect(toOperations([invoke, ok])).to.deep.equal([
      { ...put, fate: { name: 'ok', position: 1, answer } },
    ]);
    expect(toOperations([invoke, fail])).to.deep.equal([
      { ...put, fate: { name: 'failed', position: 1, code: 'KV_OVERLOADED' } },
    ]);
    expect(toOperations([invoke, info])).to.deep.equal([
      { ...put, fate: { name: 'open', gaveUp: { position: 1, code: 'KV_TIMEOUT' } } },
    ]);
    expect(toOperations([invoke])).to.deep.equal([{ ...put, fate: { name: 'open' } }]);
  });

  it('returns operations in the order of their calls, each with its own name', () => {
    const requests = [
      { name: 'get' },
      { name: 'put', value: 'v' },
      { name: 'append', value: 'w' },
      { name: 'delete' },
    ] as const;
    const events = requests.map((request, process): HistoryEvent => {
      return { ...stamp, process, id: 9 - process, type: 'invoke', request };
    });
    const names = toOperations(events).map(({ name, id }) => `${name} ${id}`);
    expect(names).to.deep.equal(['get 9', 'put 8', 'append 7', 'delete 6']);
  });

  const nonsense: readonly { claim: string; events: HistoryEvent[]; says: string }[] = [
    {
      claim: 'two calls of one process at once',
      events: [invoke, { ...invoke, id: 1 }],
      says: 'line 2: process 0 has operation 0 open',
    },
    {
      claim: 'a process that continues after an unknown outcome',
      events: [invoke, info, { ...invoke, id: 1 }],
      says: 'line 3: process 0 continues after an unknown outcome',
    },
    {
      claim: 'two operations of one number',
      events: [invoke, ok, invoke],
      says: 'line 3: operation 0 is there twice',
    },
    { claim: 'an end without a call', events: [ok], says: 'line 1: process 0 has no operation 0' },
    { claim: 'two ends', events: [invoke, ok, ok], says: 'line 3: process 0 has no operation 0' },
    {
      claim: 'an end by another process',
      events: [invoke, { ...ok, process: 1 }],
      says: 'line 2: process 1 has no operation 0',
    },
    {
      claim: 'an end under another name',
      events: [invoke, { ...stamp, type: 'ok', answer: { name: 'append' } }],
      says: 'line 2: operation 0 began as a put of "k"',
    },
    {
      claim: 'an end at another key',
      events: [invoke, { ...ok, key: 'other' }],
      says: 'line 2: operation 0 began as a put of "k"',
    },
  ];
  for (const { claim, events, says } of nonsense) {
    it(`refuses ${claim}`, () => {
      expect(() => toOperations(events)).to.throw(HistoryError, says);
    });
  }
});
