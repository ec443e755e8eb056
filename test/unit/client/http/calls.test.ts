import type { Request } from '@paxkv/client';
import { toMessage, toReply } from '@paxkv/client/internal/http/calls';
import { expect } from 'chai';

const key = new Uint8Array([0, 255]);
const value = Buffer.from('xhellox').subarray(1, 6);
const stamp = { session: 3, number: 2, firstOutstanding: 1 };
const session = { id: 3, number: 2, firstOutstanding: 1 };
const versions = { createRevision: 1, modRevision: 2, version: 3 };
const get = { command: { type: 'get', key }, consistency: 'linearizable' } as const;

describe('calls', () => {
  it('send bytes in base64, and a stamp with every write', () => {
    const key64 = 'AP8=';
    const value64 = 'aGVsbG8=';
    const requests: readonly Request[] = [
      get,
      { ...get, consistency: 'serializable' },
      { command: { type: 'put', key, value }, stamp },
      { command: { type: 'append', key, value }, stamp },
      { command: { type: 'delete', key }, stamp },
      { command: { type: 'openSession', client: 'tester' } },
      { command: { type: 'status' } },
    ];
    const sent = requests.map(toMessage).map(({ path, body }) => [path, body]);
    expect(sent).to.deep.equal([
      ['/v1/get', { key: key64 }],
      ['/v1/get', { key: key64, consistency: 'serializable' }],
      ['/v1/put', { key: key64, value: value64, session }],
      ['/v1/append', { key: key64, value: value64, session }],
      ['/v1/delete', { key: key64, session }],
      ['/v1/sessions', { client: 'tester' }],
      ['/status', undefined],
    ]);
  });

  it('read a present key and an absent one', () => {
    expect(toReply(get, { found: false })).to.deep.equal({ type: 'get', entry: undefined });
    expect(toReply(get, { found: true, value: 'aGVsbG8=', ...versions })).to.deep.equal({
      type: 'get',
      entry: { value: new Uint8Array(Buffer.from('hello')), ...versions },
    });
  });

  it('read a value of the greatest size', () => {
    const large = Buffer.alloc(1024 * 1024, 7).toString('base64');
    const reply = toReply(get, { found: true, value: large, ...versions });
    expect(reply.type === 'get' && reply.entry?.value.length).to.equal(2 ** 20);
  });

  it('refuse incomplete and malformed replies', () => {
    for (const bad of [
      {},
      { found: true, value: 'aGVsbG8=' },
      { found: true, value: '?', ...versions },
      { found: true, value: 'aGVsbG8=', ...versions, version: 1.5 },
      undefined,
      'text',
    ]) {
      expect(() => toReply(get, bad), JSON.stringify(bad)).to.throw();
    }
    expect(() => toReply({ command: { type: 'put', key, value }, stamp }, {})).to.throw();
  });
});
