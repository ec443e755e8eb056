/**
 * What `paxkv verify` accepts can be served, and what it refuses cannot: every field of every kind of row, rewritten
 * in every way, under checksums that are right.
 */

import { BackupError } from '@paxkv/kvserver/internal/backup/backup-error';
import {
  ChecksumChain,
  encodeHead,
  encodeRows,
  magic,
} from '@paxkv/kvserver/internal/backup/backup-format';
import { readBackup } from '@paxkv/kvserver/internal/backup/backup-reader';
import { RowTotals } from '@paxkv/kvserver/internal/backup/row-totals';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { StateRow } from '@paxkv/kvserver/internal/storage/state/row-audit';
import {
  fromSessionKey,
  isAuthKey,
  isMetaKey,
  isSessionKey,
  positionKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import { toPosition, unseal } from '@paxkv/kvserver/internal/storage/state/rows';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyBatch,
  levelOf,
  type OpenRow,
  rewritings,
  rewritten,
  rowsOfAllKinds,
  sealed,
} from '../storage/state/states.ts';
import { inPieces, origin } from './backups.ts';

/** A backup of these rows whose checksums, totals and header are right. */
function backupOfRows(rows: readonly StateRow[]): Buffer {
  const totals = new RowTotals();
  totals.add(rows);
  const chain = new ChecksumChain();
  const chunks = [
    ['H', Buffer.from(JSON.stringify({ ...origin, ...headerOf(rows) }))],
    ['R', encodeRows(rows)],
    ['E', Buffer.from(JSON.stringify(totals.totals))],
  ] as const;
  const sealedChunks = chunks.flatMap(([kind, payload]) => {
    const head = encodeHead(kind.charCodeAt(0), payload);
    return [head, payload, chain.next(head, payload)];
  });
  return Buffer.concat([magic, ...sealedChunks]);
}

/** What the position says, or anything if it cannot be read. */
function headerOf(rows: readonly StateRow[]): object {
  const [key, row] = rows.find(([each]) => isMetaKey(each)) ?? [positionKey, new Uint8Array()];
  try {
    const { position, checksum } = unseal(key, row, toPosition);
    const { featureLevel, applied, revision, incarnation } = position;
    const name = incarnation === undefined ? {} : { incarnation };
    return { featureLevel, applied, revision, ...name, rows: checksum.count };
  } catch {
    return { featureLevel: 2, applied: 1, revision: 1, rows: 1 };
  }
}

async function isVerified(rows: readonly StateRow[]): Promise<boolean> {
  try {
    await readBackup(inPieces(backupOfRows(rows)));
    return true;
  } catch (error) {
    if (error instanceof BackupError) return false;
    throw error;
  }
}

/** Whether a server can open the state, read all of it, apply one command of each kind to each of it, and open it again. */
async function isServed(rows: readonly StateRow[]): Promise<boolean> {
  const level = await levelOf(rows);
  try {
    await useAll(level, rows);
    await (await StateMachine.open(new StateDatabase(level))).contentHash();
    return true;
  } catch (error) {
    const isExpected =
      error instanceof StateError &&
      ['STATE_DAMAGED', 'STATE_UNKNOWN_FORMAT', 'STATE_LEVEL_UNSUPPORTED'].includes(error.code);
    if (isExpected) return false;
    throw error;
  }
}

async function useAll(level: StateLevel, rows: readonly StateRow[]): Promise<void> {
  const machine = await StateMachine.open(new StateDatabase(level));
  while (!(await machine.verifyRows(100)).isLast);
  const keys = rows.map(([key]) => key);
  for (const rowKey of keys.filter((each) => !isMetaKey(each) && !isSessionKey(each))) {
    if (isAuthKey(rowKey)) continue;
    const key = rowKey.subarray(1);
    await machine.read(key);
    await applyBatch(machine, [
      { command: { type: 'get', key } },
      { command: { type: 'append', key, value: Buffer.from('x') } },
      { command: { type: 'increment', key, by: 1n } },
      { command: { type: 'put', key, value: Buffer.from('y') } },
      { command: { type: 'delete', key } },
    ]);
  }
  for (const rowKey of keys.filter(isSessionKey)) await useSession(machine, rowKey);
  const root = { user: 'root' };
  const [found] = await applyBatch(machine, [{ command: { type: 'getAuth' }, principal: root }]);
  if (found?.type !== 'getAuth') throw new Error('the auth table cannot be read');
  await applyBatch(machine, [
    {
      command: { type: 'setAuth', expected: found.revision, table: found.table },
      principal: root,
    },
    {
      command: { type: 'openSession', client: 'x' },
      opening: { entropy: new Uint8Array(16), owner: 'address x' },
    },
  ]);
}

async function useSession(machine: StateMachine, rowKey: Uint8Array): Promise<void> {
  const session = fromSessionKey(rowKey);
  const principal = { user: 'root' };
  for (const number of [1, 3, 4, 7, 8, 1000]) {
    const stamp = { session, number, firstOutstanding: Math.min(number, 3) };
    const command = { type: 'put', key: Buffer.from('new'), value: Buffer.from('1') } as const;
    await applyBatch(machine, [{ command, stamp, principal }]);
  }
}

describe('Rows under right checksums', () => {
  let rows: OpenRow[];

  before(async () => {
    rows = await rowsOfAllKinds();
  });

  it('are of every kind, and are accepted as they are', async () => {
    expect(rows.filter(({ key }) => isSessionKey(key))).to.have.length(2);
    expect(rows.filter(({ key }) => isAuthKey(key))).to.have.length(1);
    expect([await isVerified(sealed(rows)), await isServed(sealed(rows))]).to.deep.equal([
      true,
      true,
    ]);
  });

  it('are accepted exactly if a server can use them, whichever field is rewritten', async function () {
    this.timeout(300_000);
    const counts = { accepted: 0, refused: 0 };
    for (const { what, rows: changed } of rewritings(rows)) {
      const file = sealed(changed);
      const isAccepted = await isVerified(file);
      expect(await isServed(file), what).to.equal(isAccepted);
      counts[isAccepted ? 'accepted' : 'refused'] += 1;
    }
    expect(counts.accepted).to.be.above(100);
    expect(counts.refused).to.be.above(1000);
  });

  it('are accepted exactly if a server can use them, with several fields rewritten', async function () {
    this.timeout(120_000);
    const change = fc.tuple(fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 2, maxLength: 4 }), async (changes) => {
        const changed = changes.reduce((some, [rowNumber, wayNumber]) => {
          const index = rowNumber % some.length;
          const row = some[index];
          if (row === undefined) return some;
          const ways = [...rewritten(row.fields)];
          const way = ways[wayNumber % ways.length];
          return way === undefined ? some : some.with(index, { ...row, fields: way.fields });
        }, rows);
        const file = sealed(changed);
        expect(await isServed(file)).to.equal(await isVerified(file));
      }),
      { numRuns: 200 },
    );
  });

  it('are refused if they are not the rows that the position counts', async () => {
    const entry = rows.findIndex(({ key }) => Buffer.from(key).toString() === 'da');
    const old = rows[entry];
    if (old === undefined) return expect.fail('no entry');
    // Only the sum in the position tells that another value was written.
    const other = { key: old.key, fields: old.fields.with(3, Buffer.from('TEXT')) };
    const file = sealed(rows.with(entry, other), false);
    expect(await isVerified(sealed(rows, false))).to.equal(true);
    expect(await isVerified(file)).to.equal(false);
  });
});
