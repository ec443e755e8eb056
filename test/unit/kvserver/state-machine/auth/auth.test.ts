/** The auth table in the log, as a state machine applies it. */
import { Auth } from '@paxkv/kvserver/internal/state-machine/auth/auth';
import { encodeBatch, encodeLevelRaise } from '@paxkv/kvserver/internal/state-machine/batch';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import {
  type AuthTable,
  emptyAuthTable,
  type Principal,
  type Reply,
  type Request,
} from '@paxkv/protocol';
import { expect } from 'chai';
import { applyTo, bytes, decided, get, memoryLevel, openSession, put } from '../fixtures.ts';

const token = (id: string, user: string) => ({
  ...{ id, user, cost: 12, expires: 0 },
  ...{ salt: new Uint8Array(16).fill(1), hash: new Uint8Array(32).fill(2) },
});
const table: AuthTable = {
  required: true,
  users: [{ name: 'anna', roles: ['writer'] }],
  roles: [{ name: 'writer', rights: [{ kind: 'write', prefix: bytes('a') }] }],
  tokens: [token('a-token-of-root_', 'root'), token('a-token-of-anna_', 'anna')],
};
const anna: Principal = { user: 'anna', token: 'a-token-of-anna_' };

class Log {
  readonly level: ReturnType<typeof memoryLevel>;
  machine: StateMachine;
  #number = 0;

  private constructor(level: ReturnType<typeof memoryLevel>, machine: StateMachine) {
    this.level = level;
    this.machine = machine;
  }

  static async open(): Promise<Log> {
    const level = memoryLevel();
    const log = new Log(level, await StateMachine.open(new StateDatabase(level)));
    await applyTo(log.machine, decided(0, [encodeLevelRaise(2)]));
    return log;
  }

  async restart(): Promise<void> {
    await this.machine.flush();
    this.machine = await StateMachine.open(new StateDatabase(this.level));
  }

  /** Applies all requests as one batch. */
  async apply(...requests: Request[]): Promise<readonly Reply[]> {
    this.#number += 1;
    const value = encodeBatch({ origin: { node: 0, runId: 1, number: this.#number }, requests });
    const [applied] = await applyTo(this.machine, decided(this.machine.applied + 1, [value]));
    return applied?.replies ?? expect.fail('nothing was applied');
  }

  async setAuth(next: AuthTable, principal?: Principal): Promise<Reply> {
    const [before] = await this.apply({
      command: { type: 'getAuth' },
      principal: { user: 'root' },
    });
    const expected = before?.type === 'getAuth' ? before.revision : expect.fail('no table');
    const request = { command: { type: 'setAuth', expected, table: next } } as const;
    const [reply] = await this.apply(principal === undefined ? request : { ...request, principal });
    return reply ?? expect.fail('no reply');
  }
}

const refusedAs = (reason: string) => ({ type: 'refused', reason });

describe('The auth table', () => {
  it('is empty in a new cluster, and survives a restart and a state that is read anew', async () => {
    const log = await Log.open();
    expect(log.machine.auth.table).to.deep.equal(emptyAuthTable);
    expect(await log.setAuth(table)).to.deep.equal({ type: 'setAuth', revision: 1 });
    expect(log.machine.auth.table).to.deep.equal(table);
    await log.restart();
    expect(log.machine.auth.table).to.deep.equal(table);
  });

  it('is read with the revision that the next one must replace', async () => {
    const log = await Log.open();
    const read = { command: { type: 'getAuth' }, principal: { user: 'root' } } as const;
    const none = { type: 'getAuth', revision: 0, table: emptyAuthTable };
    expect(await log.apply(read)).to.deep.equal([none]);
    await log.apply({ command: put('a', '1') });
    await log.setAuth(table);
    expect(await log.apply(read)).to.deep.equal([{ type: 'getAuth', revision: 2, table }]);
  });

  it('is not looked for on disk below its feature level', async () => {
    const readEntries = () => Promise.reject(new Error('read'));
    const auth = await Auth.load({ readEntries }, { featureLevel: 1 });
    expect(auth.table).to.deep.equal(emptyAuthTable);
  });

  it('limits who says who they are, also while nobody has to', async () => {
    const log = await Log.open();
    await log.setAuth({ ...table, required: false });
    const replies = await log.apply(
      { command: put('b', '1'), principal: anna },
      { command: put('b', '2') },
      { command: put('a', '3'), principal: anna },
    );
    expect(replies[0]).to.deep.equal(refusedAs('forbidden'));
    expect(replies.slice(1).map(({ type }) => type)).to.deep.equal(['put', 'put']);
  });

  it('refuses in the log what came after it, in the same batch and in later ones', async () => {
    const log = await Log.open();
    const command = { type: 'setAuth', expected: 0, table } as const;
    const replies = await log.apply(
      { command: put('b', 'before') },
      { command: put('a', '1'), principal: { user: 'root' } },
      { command: { ...command, expected: 0 } },
      { command: put('a', '2') },
      { command: put('a', '3'), principal: anna },
      { command: put('b', '4'), principal: anna },
      { command: get('a'), principal: anna },
      { command: get('a') },
    );
    expect(
      replies.map((reply) => (reply.type === 'refused' ? reply.reason : reply.type)),
    ).to.deep.equal([
      'put',
      'put',
      'setAuth',
      'unauthenticated',
      'put',
      'forbidden',
      'forbidden',
      'unauthenticated',
    ]);
  });

  it('refuses what a deleted token or user asks after that, whatever the server knew', async () => {
    const log = await Log.open();
    await log.setAuth(table);
    const write: Request = { command: put('a', '1'), principal: anna };
    expect(await log.apply(write)).to.deep.equal([{ type: 'put', revision: 2 }]);
    await log.setAuth({ ...table, tokens: table.tokens.slice(0, 1) }, { user: 'root' });
    expect(await log.apply(write)).to.deep.equal([refusedAs('unauthenticated')]);
    await log.setAuth(table, { user: 'root' });
    expect((await log.apply(write))[0]).to.include({ type: 'put' });
    const none = { ...table, users: [], tokens: table.tokens.slice(0, 1) };
    await log.setAuth(none, { user: 'root' });
    expect(await log.apply(write)).to.deep.equal([refusedAs('unauthenticated')]);
  });

  it('is changed only by an administrator who has read the last one', async () => {
    const log = await Log.open();
    expect(await log.setAuth(table)).to.include({ type: 'setAuth' });
    const change = (expected: number, principal?: Principal): Request => ({
      command: { type: 'setAuth', expected, table: { ...table, roles: table.roles } },
      ...(principal && { principal }),
    });
    const root = { user: 'root' };
    const [anonymous, ordinary, old, current] = await log.apply(
      change(1),
      change(1, anna),
      change(0, root),
      change(1, root),
    );
    expect(anonymous).to.deep.equal(refusedAs('unauthenticated'));
    expect(ordinary).to.deep.equal(refusedAs('forbidden'));
    expect(old).to.deep.equal(refusedAs('authChanged'));
    expect(current).to.deep.equal({ type: 'setAuth', revision: 2 });
  });

  it('never makes a write that was done seem refused: its retry gets the reply it had', async () => {
    const log = await Log.open();
    await log.setAuth(table);
    const [opened] = await log.apply({ command: openSession() });
    const session = opened?.type === 'openSession' ? opened.session : expect.fail('no session');
    const stamp = { session, number: 1, firstOutstanding: 1 };
    const write: Request = { command: put('a', '1'), stamp, principal: anna };
    const [done] = await log.apply(write);
    expect(done).to.include({ type: 'put' });
    await log.setAuth({ ...table, roles: [{ name: 'writer', rights: [] }] }, { user: 'root' });
    expect(await log.apply(write)).to.deep.equal([done]);
    const later = { ...write, stamp: { ...stamp, number: 2 } };
    expect(await log.apply(later)).to.deep.equal([refusedAs('forbidden')]);
    await log.setAuth(table, { user: 'root' });
    // A refusal is final: a late copy must not take effect once the right is granted again.
    expect(await log.apply(later)).to.deep.equal([refusedAs('forbidden')]);
  });

  it('has no effect below its feature level', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const requests = [{ command: { type: 'setAuth', expected: 0, table } as const }];
    const value = encodeBatch({ origin: { node: 0, runId: 1, number: 1 }, requests });
    const [applied] = await applyTo(machine, decided(0, [value]));
    expect(applied?.replies).to.deep.equal([refusedAs('featureOff')]);
    expect(machine.auth.table).to.deep.equal(emptyAuthTable);
  });
});
