import {
  type AuthTable,
  allCommands,
  authTableBytesMax,
  authTableFromBytes,
  authTableToBytes,
  type Command,
  checkAuthTable,
  checkCommand,
  emptyAuthTable,
  requestFromWire,
  requestToWire,
  TooLargeError,
} from '@paxkv/protocol';
import { expect } from 'chai';

const bytes = (text: string) => new TextEncoder().encode(text);
const token = (user: string, id = 'abcdefghijklmnop') => ({
  ...{ id, user, cost: 12, expires: 0 },
  ...{ salt: new Uint8Array(16), hash: new Uint8Array(32) },
});
const admins = [{ name: 'all', rights: [{ kind: 'admin', prefix: bytes('') }] }] as const;
const writers = [{ name: 'all', rights: [{ kind: 'write', prefix: bytes('a') }] }] as const;
const anna = { name: 'anna', roles: ['all'] };

function isAccepted(table: Partial<AuthTable>): boolean {
  try {
    checkAuthTable({ ...emptyAuthTable, ...table });
    return true;
  } catch (error) {
    expect(error).to.be.instanceOf(TypeError);
    return false;
  }
}

describe('An auth table', () => {
  it('is the same after its bytes', () => {
    const table = { required: false, users: [anna], roles: writers, tokens: [token('anna')] };
    expect(authTableFromBytes(authTableToBytes(table))).to.deep.equal(table);
    expect(() => authTableFromBytes(bytes('{'))).to.throw(TypeError);
    expect(() => authTableFromBytes(bytes('{}'))).to.throw(TypeError);
  });

  it('requires authentication only if an administrator has a token', () => {
    const required = true;
    expect(isAccepted({ required })).to.equal(false);
    expect(isAccepted({ required: false })).to.equal(true);
    expect(isAccepted({ required, tokens: [token('root')] })).to.equal(true);
    const users = [anna];
    const tokens = [token('anna')];
    expect(isAccepted({ required, users, roles: admins, tokens })).to.equal(true);
    expect(isAccepted({ required, users, roles: admins })).to.equal(false);
    expect(isAccepted({ required, users, roles: writers, tokens })).to.equal(false);
    expect(isAccepted({ required, users: [{ name: 'anna', roles: ['admin'] }], tokens })).to.equal(
      true,
    );
  });

  it('has no token of a user, and no role, that is not in it', () => {
    const users = [anna];
    expect(isAccepted({ tokens: [token('anna')] })).to.equal(false);
    expect(isAccepted({ users })).to.equal(false);
    expect(isAccepted({ users, roles: writers, tokens: [token('bob')] })).to.equal(false);
    expect(isAccepted({ users, roles: writers, tokens: [token('anna')] })).to.equal(true);
  });

  it('has each name once, and none that is taken', () => {
    const users = [{ name: 'anna', roles: [] }];
    expect(isAccepted({ users: [...users, ...users] })).to.equal(false);
    expect(isAccepted({ roles: [...writers, ...writers] })).to.equal(false);
    expect(isAccepted({ roles: [{ name: 'admin', rights: [] }] })).to.equal(false);
    expect(isAccepted({ tokens: [token('root'), token('root')] })).to.equal(false);
    expect(isAccepted({ tokens: [token('root'), token('root', 'b'.repeat(16))] })).to.equal(true);
  });

  it('has a limit in bytes, which is checked first', () => {
    const users = Array.from({ length: 20_000 }, (_, index) => ({
      name: `user-${index}`,
      roles: [],
    }));
    expect(authTableToBytes({ ...emptyAuthTable, users }).length).to.be.above(authTableBytesMax);
    expect(() => checkAuthTable({ ...emptyAuthTable, users })).to.throw(TooLargeError);
  });

  it('has an entry that no command of a client can name', () => {
    const fields = { key: new Uint8Array(), value: bytes(''), by: 1n };
    const types = allCommands.filter(({ fields: named }) => 'key' in named).map(({ type }) => type);
    for (const type of types) {
      const command = Object.assign({ type }, fields) as Command;
      expect(() => checkCommand(command), type).to.throw(TypeError);
      for (const consistency of ['linearizable', 'serializable'] as const) {
        const row = requestToWire({ command, consistency });
        expect(() => requestFromWire(row), type).to.throw(TypeError);
      }
    }
    expect(types).to.include.members(['get', 'put', 'append', 'increment', 'delete']);
  });
});
