/** Rows of states to be rewritten: every kind of row, with checksums that are right again afterwards. */

import type { LoggedRequest } from '@paxkv/kvserver/internal/state-machine/batch';
import { encodeBatch, encodeLevelRaise } from '@paxkv/kvserver/internal/state-machine/batch';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { LoggedCommand } from '@paxkv/kvserver/internal/state-machine/store/commands/effect';
import type { StateRow } from '@paxkv/kvserver/internal/storage/state/row-audit';
import {
  isLocalKey,
  isMetaKey,
  positionKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import {
  bodyOf,
  checksumAfter,
  emptyChecksum,
  fromChecksum,
  type StateChecksum,
  seal,
  sumIn,
} from '@paxkv/kvserver/internal/storage/state/rows';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import type { AuthTable, Row, SessionId } from '@paxkv/protocol';
import { unpack } from '@paxkv/protocol';
import {
  append,
  applyTo,
  bytes,
  decided,
  memoryLevel,
  put,
  remove,
  type TestLevel,
} from '../../state-machine/fixtures.ts';

/** A row that is open: its key and its fields. */
export interface OpenRow {
  readonly key: Uint8Array;
  readonly fields: Row;
}

const table: AuthTable = {
  required: false,
  users: [{ name: 'anna', roles: ['writer'] }],
  roles: [{ name: 'writer', rights: [{ kind: 'write', prefix: bytes('a') }] }],
  tokens: [
    {
      ...{ id: 'token-of-anna-00', user: 'anna', cost: 12, expires: 0 },
      ...{ salt: new Uint8Array(16).fill(1), hash: new Uint8Array(32).fill(2) },
    },
  ],
};

const entropy = new Uint8Array(16).fill(7);
const openings: readonly LoggedRequest[] = ['address a', 'user anna'].map((owner) => ({
  command: { type: 'openSession', client: 'a client' },
  opening: { entropy, owner },
}));

/** Requests of one session, with a reply of each kind. */
function used(session: SessionId): LoggedRequest[] {
  const commands: LoggedCommand[] = [
    put('a', 'text'),
    append('b', 'more'),
    remove('gone'),
    { type: 'increment', key: bytes('count'), by: 3n },
    { type: 'increment', key: bytes('a'), by: 1n },
  ];
  return commands.map((command, index) => ({
    command,
    stamp: { session, number: index + 3, firstOutstanding: 3 },
  }));
}

/** Applies one batch at the next instance, and waits until it is written. */
export async function applyBatch(machine: StateMachine, requests: readonly LoggedRequest[]) {
  const value = encodeBatch({ origin: { node: 0, runId: 1, number: 1 }, requests });
  const [applied] = await applyTo(machine, decided(machine.applied + 1, [value]));
  await machine.flush();
  return applied?.replies ?? [];
}

/** The rows of a state at the highest level: entries, an auth table, two sessions with replies, two leases, the position. */
export async function rowsOfAllKinds(): Promise<OpenRow[]> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyTo(machine, decided(0, [encodeLevelRaise(4, new Uint8Array(16).fill(5))]));
  await applyBatch(machine, [
    { command: put('gone', 'x') },
    { command: { type: 'setAuth', expected: 0, table } },
  ]);
  const [first] = await applyBatch(machine, openings.slice(0, 1));
  await applyBatch(machine, openings.slice(1));
  if (first?.type !== 'openSession') throw new Error('no session was opened');
  await applyBatch(machine, used(first.session));
  const [lease] = await applyBatch(machine, [{ command: { type: 'grantLease', ttlMs: 5000 } }]);
  if (lease?.type !== 'grantLease') throw new Error('no lease was granted');
  const leased = { type: 'putLeased', value: bytes('x'), lease: lease.lease } as const;
  await applyBatch(machine, [
    { command: { ...leased, key: bytes('leased') } },
    { command: { ...leased, key: bytes('too') } },
    { command: { type: 'renewLease', lease: lease.lease } },
    { command: { type: 'putTtl', key: bytes('short'), value: bytes('y'), ttlMs: 1000 } },
  ]);
  return (await level.iterator().all())
    .filter(([key]) => !isLocalKey(key))
    .map(([key, row]) => ({ key, fields: unpack(bodyOf(key, row)) }));
}

/** The rows with checksums that are right: that of each row, and in the position that of all of them. */
export function sealed(rows: readonly OpenRow[], isPositionRight = true): StateRow[] {
  const others = rows
    .filter(({ key }) => !isMetaKey(key))
    .map(({ key, fields }): StateRow => [key, seal(key, fields)]);
  const checksum = others.reduce<StateChecksum>(
    (sum, [, row]) => checksumAfter(sum, { before: undefined, after: sumIn(row) }),
    emptyChecksum,
  );
  const meta = rows.filter(({ key }) => isMetaKey(key));
  const positions = meta.map(({ key, fields }): StateRow => {
    const isSet = isPositionRight && Buffer.compare(key, positionKey) === 0;
    return [key, seal(key, isSet ? fields.with(6, fromChecksum(checksum)) : fields)];
  });
  return [...others, ...positions].sort(([one], [other]) => Buffer.compare(one, other));
}

/** A database with these rows. */
export async function levelOf(rows: readonly StateRow[]): Promise<TestLevel> {
  const level = memoryLevel();
  await level.batch(rows.map(([key, value]) => ({ type: 'put', key, value })));
  return level;
}

/** A rewriting of one field, and what it is. */
export interface Rewriting {
  readonly what: string;
  readonly rows: readonly OpenRow[];
}

/** What a field may become. */
export const replacements: readonly unknown[] = [
  ...[0, 1, 2, -1, 0.5, 1000, 2 ** 31, 2 ** 32, 2 ** 50, 2 ** 51 + 1, 2 ** 52],
  ...[Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, 2 ** 60, Number.NaN],
  ...['', 'x', '12', 'BQUFBQUFBQUFBQUFBQUFBQ', 'user anna', 'y'.repeat(300), true, null],
  ...[0, 16, 32, 2 ** 20 + 1].map((length) => new Uint8Array(length)),
  ...[[], [1], [5, 'notACounter']],
];

/** The rows with one field replaced, left out, or put there twice: every field, in every way. */
export function* rewritings(rows: readonly OpenRow[]): Generator<Rewriting> {
  for (const [index, { key, fields }] of rows.entries()) {
    const name = Buffer.from(key).toString('latin1');
    for (const { path, fields: changed } of rewritten(fields)) {
      const what = `field ${path} of ${JSON.stringify(name)}`;
      yield { what, rows: rows.with(index, { key, fields: changed }) };
    }
  }
}

/** Every way to rewrite one field of a row, or of a row within it. */
export function* rewritten(row: Row): Generator<{ path: string; fields: Row }> {
  for (const [index, field] of row.entries()) {
    yield { path: `${index} left out`, fields: row.toSpliced(index, 1) };
    yield { path: `${index} twice`, fields: row.toSpliced(index, 0, field) };
    for (const [number, replacement] of replacements.entries()) {
      yield { path: `${index} by replacement ${number}`, fields: row.with(index, replacement) };
    }
    if (!Array.isArray(field)) continue;
    for (const { path, fields } of rewritten(field)) {
      yield { path: `${index}, ${path}`, fields: row.with(index, fields) };
    }
  }
}
