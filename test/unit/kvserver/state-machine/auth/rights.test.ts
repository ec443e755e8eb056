import { mayDo, needsOf, refusalOf } from '@paxkv/kvserver/internal/state-machine/auth/rights';
import {
  type AuthTable,
  adminRole,
  allCommands,
  type Command,
  type RightKind,
  type TransactCommand,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { goodCommandsOf } from '../../../protocol/commands/samples.ts';
import {
  append,
  bytes,
  get,
  type KeyCommand,
  openSession,
  put,
  remove,
  transaction,
} from '../fixtures.ts';
import { count, deleteRange, scan } from '../range-commands.ts';

const right = (kind: RightKind, prefix = '') => ({ kind, prefix: bytes(prefix) });
const token = {
  ...{ id: 'abcdefghijklmnop', user: 'anna', cost: 12, expires: 0 },
  ...{ salt: new Uint8Array(16), hash: new Uint8Array(32) },
};
const table: AuthTable = {
  required: false,
  users: [
    { name: 'anna', roles: ['orders', 'reader'] },
    { name: 'boss', roles: [adminRole] },
    { name: 'nobody', roles: [] },
  ],
  roles: [
    { name: 'orders', rights: [right('read', 'orders/'), right('write', 'orders/')] },
    { name: 'reader', rights: [right('read', 'a'), right('monitor')] },
  ],
  tokens: [token],
};
const increment = (key: string): KeyCommand => ({ type: 'increment', key: bytes(key), by: 1n });

describe('Rights', () => {
  it('hold for keys that begin with the prefix, in bytes', () => {
    const verdicts = (user: string, commands: readonly Command[]) =>
      commands.map((command) => refusalOf(table, { user }, command));
    expect(
      verdicts('anna', [get('orders/'), put('orders/1', ''), append('orders/1', '')]),
    ).to.deep.equal([undefined, undefined, undefined]);
    expect(
      verdicts('anna', [get('orders'), put('order', ''), get('Orders/1'), put('abc', '')]),
    ).to.deep.equal(['forbidden', 'forbidden', 'forbidden', 'forbidden']);
    expect(verdicts('anna', [get('abc'), remove('orders/1'), openSession()])).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    expect(verdicts('nobody', [get('a'), openSession()])).to.deep.equal(['forbidden', undefined]);
  });

  it('hold for a range if one prefix covers all of it', () => {
    const verdict = (command: Command) => refusalOf(table, { user: 'anna' }, command);
    const within = [
      ...[{ prefix: 'orders/' }, { prefix: 'orders/1' }],
      ...[
        { from: 'orders/1', to: 'orders/2' },
        { from: 'orders/', to: 'orders0' },
      ],
    ];
    for (const range of within) {
      for (const command of [scan(range), count(range), deleteRange(range)]) {
        expect(verdict(command), JSON.stringify(range)).to.equal(undefined);
      }
    }
    const beyond = [
      ...[{}, { prefix: 'order' }, { from: 'orders/1' }, { to: 'orders/2' }],
      ...[
        { from: 'orders/', to: 'orders1' },
        { from: 'orders', to: 'orders/2' },
      ],
    ];
    for (const range of beyond) {
      for (const command of [scan(range), count(range), deleteRange(range)]) {
        expect(verdict(command), JSON.stringify(range)).to.equal('forbidden');
      }
    }
    // The prefix `a` is for reading only.
    expect([scan, count, deleteRange].map((make) => verdict(make({ prefix: 'a' })))).to.deep.equal([
      ...[undefined, undefined, 'forbidden'],
    ]);
  });

  it('to write show no key that is left in a range: a deleteRange needs the right to read, too', () => {
    const roles = [{ name: 'orders', rights: [right('write')] }];
    const writer = { ...table, roles, users: [{ name: 'anna', roles: ['orders'] }] };
    expect(refusalOf(writer, { user: 'anna' }, deleteRange({ prefix: 'x' }))).to.equal('forbidden');
  });

  it('to write show nothing of a value: an increment needs the right to read, too', () => {
    const writer = { ...table, roles: [{ name: 'orders', rights: [right('write')] }] };
    const anna = { user: 'anna' };
    expect(
      refusalOf({ ...writer, users: [{ name: 'anna', roles: ['orders'] }] }, anna, increment('a')),
    ).to.equal('forbidden');
    expect(refusalOf(table, anna, increment('orders/1'))).to.equal(undefined);
    expect(refusalOf(table, anna, increment('abc'))).to.equal('forbidden');
    const apart = [right('read', 'a'), right('write', 'orders/')];
    const others = { ...table, roles: [{ name: 'orders', rights: apart }] };
    expect(refusalOf(others, anna, increment('orders/1'))).to.equal('forbidden');
  });

  it('that a transaction needs are those to read what it compares, and for both branches, at every depth', () => {
    const compared = (key: string) => ({ key: bytes(key), of: 'version', is: '=', to: 0 }) as const;
    const verdict = (parts: Partial<TransactCommand>) =>
      refusalOf(table, { user: 'anna' }, transaction(parts));
    const [own, others] = ['orders/1', 'others/1'];
    expect(verdict({ if: [compared(own)], then: [put(own, '')], else: [get('abc')] })).to.equal(
      undefined,
    );
    const forbidden: readonly Partial<TransactCommand>[] = [
      { if: [compared(others)] },
      { then: [get(others)] },
      { else: [put('abc', '')] },
      { then: [increment('abc')] },
    ];
    for (const parts of forbidden) {
      for (const one of [parts, { then: [transaction(parts)] }, { else: [transaction(parts)] }]) {
        expect(verdict(one)).to.equal('forbidden');
      }
    }
  });

  it('of an administrator, and of root, are all', () => {
    for (const user of ['boss', 'root']) {
      for (const spec of allCommands) {
        for (const command of goodCommandsOf(spec)) {
          expect(refusalOf(table, { user }, command), spec.type).to.equal(undefined);
        }
      }
    }
  });

  it('to keys neither show the auth table nor change it', () => {
    const all = { ...table, roles: [{ name: 'orders', rights: [right('read'), right('write')] }] };
    const change: Command = { type: 'setAuth', expected: 0, table };
    for (const command of [{ type: 'getAuth' } as const, change]) {
      expect(refusalOf(all, { user: 'anna' }, command), command.type).to.equal('forbidden');
    }
  });

  it('are needed for every command but those about a session or a lease as a whole', () => {
    const free = ['openSession', 'grantLease', 'renewLease', 'revokeLease'];
    for (const spec of allCommands) {
      const needs = goodCommandsOf(spec).map((command) => needsOf(command).length);
      expect(Math.min(...needs) > 0, spec.type).to.equal(!free.includes(spec.type));
    }
  });

  it('are those of no one if the user or the token was deleted', () => {
    const verdict = (principal: { user: string; token?: string }) =>
      refusalOf(table, principal, get('abc'));
    expect(verdict({ user: 'anna', token: token.id })).to.equal(undefined);
    expect(verdict({ user: 'anna', token: 'ponmlkjihgfedcba' })).to.equal('unauthenticated');
    expect(verdict({ user: 'boss', token: token.id })).to.equal('unauthenticated');
    expect(verdict({ user: 'carl' })).to.equal('unauthenticated');
  });

  it('of an anonymous request are all, until authentication is required', () => {
    expect(refusalOf(table, undefined, put('a', ''))).to.equal(undefined);
    expect(refusalOf({ ...table, required: true }, undefined, put('a', ''))).to.equal(
      'unauthenticated',
    );
  });

  it('to monitor are not those of keys', () => {
    expect(mayDo(table, { user: 'anna' }, { kind: 'monitor' })).to.equal(true);
    expect(mayDo(table, { user: 'anna' }, { kind: 'admin' })).to.equal(false);
    expect(mayDo(table, { user: 'nobody' }, { kind: 'monitor' })).to.equal(false);
    expect(mayDo(table, { user: 'unknown' }, { kind: 'monitor' })).to.equal(false);
  });
});
