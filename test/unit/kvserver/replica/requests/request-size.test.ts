import { bytesOf, partCountOf } from '@paxkv/kvserver/internal/replica/requests/request-size';
import { allCommands, type Command, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { bytes, transaction } from '../../state-machine/fixtures.ts';

const key = bytes('key');
const value = bytes('value');
const lease = 'q1Yk0nC8Rk2oZ4y9bXv3Tw';
const range = { prefix: bytes('a'), from: bytes('ab'), to: bytes('abcd') };
const page = { limit: 10, reverse: false, keysOnly: false, asOf: 'now' } as const;
const auth = { required: false, users: [], roles: [], tokens: [] };
const overhead = 64;
const keyAndValue = overhead + 3 + 5;
const rangeBytes = overhead + 1 + 2 + 4;

/** Each command, and the bytes that it counts. */
const sizes: { readonly [T in Command['type']]: readonly [Extract<Command, { type: T }>, number] } =
  {
    openSession: [{ type: 'openSession', client: 'name' }, overhead + 4],
    get: [{ type: 'get', key }, overhead + 3],
    put: [{ type: 'put', key, value }, keyAndValue],
    append: [{ type: 'append', key, value }, keyAndValue],
    increment: [{ type: 'increment', key, by: 1n }, overhead + 3],
    delete: [{ type: 'delete', key }, overhead + 3],
    putTtl: [{ type: 'putTtl', key, value, ttlMs: 1000 }, keyAndValue],
    putLeased: [{ type: 'putLeased', key, value, lease }, keyAndValue],
    grantLease: [{ type: 'grantLease', ttlMs: 1000 }, overhead],
    renewLease: [{ type: 'renewLease', lease }, overhead],
    revokeLease: [{ type: 'revokeLease', lease }, overhead + valueBytesMax],
    scan: [{ type: 'scan', ...range, ...page }, rangeBytes],
    count: [{ type: 'count', ...range, asOf: 'now' }, rangeBytes],
    changes: [{ type: 'changes', ...range, after: 'now', waitMs: 0 }, rangeBytes],
    deleteRange: [{ type: 'deleteRange', ...range }, rangeBytes + valueBytesMax],
    transact: [transaction({}), overhead],
    getAuth: [{ type: 'getAuth' }, overhead],
    setAuth: [{ type: 'setAuth', table: auth, expected: 0 }, overhead],
  };

describe('The size of a request', () => {
  it('is known of every command', () => {
    const types = allCommands.map(({ type }) => type);
    expect(Object.keys(sizes)).to.have.members(types);
  });

  for (const [type, [command, expected]] of Object.entries(sizes)) {
    it(`of type ${type} is what it may hold here, and counts as one request`, () => {
      expect(bytesOf({ command })).to.equal(expected);
      expect(partCountOf({ command })).to.equal(1);
    });
  }

  it('of a get in the log is the longest value that it may read', () => {
    const stamp = { session: 1, number: 1, firstOutstanding: 1 };
    expect(bytesOf({ command: { type: 'get', key }, stamp })).to.equal(
      overhead + 3 + valueBytesMax,
    );
  });

  it('of a transaction is that of its parts, those of both branches and of the inner ones', () => {
    const inner = transaction({
      if: [{ key, of: 'version', is: '=', to: 1 }],
      then: [{ type: 'get', key }],
    });
    const command = transaction({
      if: [
        { key, of: 'value', is: '=', to: value },
        { key, of: 'modRevision', is: '<', to: 7 },
      ],
      then: [{ type: 'put', key, value }, inner],
      else: [
        { type: 'get', key },
        { type: 'delete', key },
      ],
    });
    const parts = [3 + 5, 3, 3 + 5, 3, 3 + 4096, 3 + 4096, 3];
    const expected = parts.reduce((sum, part) => sum + overhead + part, overhead);
    expect([bytesOf({ command }), partCountOf({ command })]).to.deep.equal([
      expected,
      parts.length,
    ]);
  });
});
