import { checkedRequest, malformedToError } from '@paxkv/kvserver/internal/service/request-checks';
import { KvError, keyBytesMax, type Request, TooLargeError, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';

const key = Uint8Array.of(1);
const put = { type: 'put', key, value: new Uint8Array(3) } as const;
const stamp = { session: 1, number: 2, firstOutstanding: 1 };

describe('checkedRequest', () => {
  it('accepts what a decoder would accept, and drops everything else', () => {
    expect(checkedRequest({ command: put, stamp })).to.deep.equal({ command: put, stamp });
    const get = { type: 'get', key } as const;
    const more = { command: { ...get, more: 1 }, encoded: Uint8Array.of(9) };
    expect(checkedRequest(more)).to.deep.equal({ command: get });
    const consistency = 'serializable';
    expect(checkedRequest({ command: get, consistency })).to.deep.equal({
      command: get,
      consistency,
    });
  });

  it('names an unknown command', () => {
    const request = { command: { type: 'clear' } } as unknown as Request;
    expect(() => checkedRequest(request)).to.throw(KvError, 'Unknown command clear.');
  });

  const malformed: Record<string, unknown> = {
    'no command': {},
    'an unknown command': { command: { type: 'clear' } },
    'a key that is text': { command: { type: 'get', key: 'k' } },
    'an empty key': { command: { type: 'get', key: new Uint8Array() } },
    'no value': { command: { type: 'put', key } },
    'an unknown consistency': { command: { type: 'get', key }, consistency: 'eventual' },
    'a client without a name': { command: { type: 'openSession', client: '' } },
    'a session within a session': { command: { type: 'openSession', client: 'c' }, stamp },
    'a session id below 1': { command: put, stamp: { ...stamp, session: 0 } },
    'a request number that is no whole number': { command: put, stamp: { ...stamp, number: 1.5 } },
    'a first outstanding number above the request number': {
      command: put,
      stamp: { ...stamp, firstOutstanding: 3 },
    },
  };
  for (const [name, request] of Object.entries(malformed)) {
    it(`refuses ${name}, as not done`, () => {
      expect(() => checkedRequest(request as Request))
        .to.throw(KvError)
        .that.includes({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
    });
  }

  for (const [name, command] of [
    ['key', { type: 'get', key: new Uint8Array(keyBytesMax + 1) }],
    ['value', { ...put, value: new Uint8Array(valueBytesMax + 1) }],
  ] as const) {
    it(`refuses a ${name} over its limit, as not done`, () => {
      expect(() => checkedRequest({ command }))
        .to.throw(KvError)
        .that.includes({ code: 'KV_TOO_LARGE', outcome: 'not done' });
    });
  }
});

describe('malformedToError', () => {
  it('says which limit was broken, and throws on any other error', () => {
    const tooLarge = malformedToError(new TooLargeError('A key has at most 1024 bytes.'));
    expect(tooLarge).to.include({ code: 'KV_TOO_LARGE', message: 'A key has at most 1024 bytes.' });
    expect(malformedToError(new TypeError('Not bytes.'))).to.include({ code: 'KV_BAD_REQUEST' });
    const defect = new Error('defect');
    expect(() => malformedToError(defect)).to.throw(defect);
  });
});
