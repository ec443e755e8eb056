import * as calls from '@paxkv/client/internal/wire/calls';
import { expect } from 'chai';

const key = new Uint8Array([0, 255]);
const value = Buffer.from('xhellox').subarray(1, 6);
const stamp = { id: 3, number: 2, lowestAwaited: 1 };
const versions = { createRevision: 1, modRevision: 2, version: 3 };

describe('calls', () => {
  it('say bytes in base64, and a stamp with every write', () => {
    const key64 = 'AP8=';
    const value64 = 'aGVsbG8=';
    const said = [
      calls.toGet(key),
      calls.toPut({ key, value }, stamp),
      calls.toAppend({ key, value }, stamp),
      calls.toDelete(key, stamp),
      calls.toOpenSession('tester'),
      calls.toStatus(),
    ].map(({ path, body }) => [path, body]);
    expect(said).to.deep.equal([
      ['/v1/get', { key: key64 }],
      ['/v1/put', { key: key64, value: value64, session: stamp }],
      ['/v1/append', { key: key64, value: value64, session: stamp }],
      ['/v1/delete', { key: key64, session: stamp }],
      ['/v1/sessions', { client: 'tester' }],
      ['/status', undefined],
    ]);
  });

  it('read a present key and an absent one', () => {
    const { reply } = calls.toGet(key);
    expect(reply.parse({ found: false })).to.equal(undefined);
    const present = reply.parse({ found: true, value: 'aGVsbG8=', ...versions });
    expect(present).to.deep.equal({ value: new Uint8Array(Buffer.from('hello')), ...versions });
  });

  it('read a value of the greatest size', () => {
    const { reply } = calls.toGet(key);
    const large = Buffer.alloc(1024 * 1024, 7).toString('base64');
    expect(reply.parse({ found: true, value: large, ...versions })?.value.length).to.equal(2 ** 20);
  });

  it('refuse replies that miss something or say nonsense', () => {
    const { reply } = calls.toGet(key);
    for (const bad of [
      {},
      { found: true, value: 'aGVsbG8=' },
      { found: true, value: '?', ...versions },
      { found: true, value: 'aGVsbG8=', ...versions, version: 1.5 },
      undefined,
      'text',
    ]) {
      expect(reply.safeParse(bad).success, JSON.stringify(bad)).to.equal(false);
    }
    expect(calls.toPut({ key, value }, stamp).reply.safeParse({}).success).to.equal(false);
  });
});
