/** The history over restarts: what the database has of it, and what a start makes of damage. */
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { bytesOf } from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import { fromHistoryRow } from '@paxkv/kvserver/internal/storage/state/history-row';
import { historyKey, historyRange } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { StateImport } from '@paxkv/kvserver/internal/storage/state/state-import';
import type { Command } from '@paxkv/protocol';
import { expect } from 'chai';
import {
  applyNext,
  batchOf,
  decided,
  memoryLevel,
  put,
  remove,
  type TestLevel,
  transaction,
} from '../../state-machine/fixtures.ts';
import { type Interception, intercepted } from '../../state-machine/intercepted.ts';
import { everyLevel } from '../../state-machine/range-commands.ts';
import { codeOf } from './machine-reads.ts';

const ample = 2 ** 20;
const all = { first: '\0', end: undefined, isReversed: false };

describe('The history', () => {
  let level: TestLevel;
  let machine: StateMachine;

  async function start(recentChangesBytesMax = ample): Promise<void> {
    const options = { ...everyLevel, recentChangesBytesMax };
    machine = await StateMachine.open(new StateDatabase(level), options);
  }

  /** The end of the process, and a start that has read the history. */
  async function restart(recentChangesBytesMax = ample): Promise<void> {
    await start(recentChangesBytesMax);
    await machine.history.known(0);
  }

  beforeEach(async () => {
    level = memoryLevel();
    await start();
  });

  /** Each command at an instance of its own, and in a write of its own. */
  async function writeEach(...commands: readonly Command[]): Promise<void> {
    for (const command of commands) await applyNext(machine, command);
  }

  const untils = async (): Promise<number[]> => {
    const keys = await level.keys(historyRange(2 ** 40)).all();
    return keys.map((key) => Number(Buffer.from(key).readBigUInt64BE(key.length - 8)));
  };
  const changes = () => {
    const { since } = machine.recentChanges;
    const query = { range: all, after: since, bytesMax: ample };
    return machine.recentChanges.read(query, machine.revision)?.changes;
  };

  it('is the same after a restart: what was written, removed and written together', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('a', '2'), remove('b'), put('b', '3'));
    await writeEach(transaction({ then: [put('a', '4'), put('c', '1'), remove('b')] }));
    const before = changes();
    expect(before).to.have.length(8);
    for (let start = 1; start <= 2; start += 1) {
      await restart();
      expect(machine.recentChanges.since).to.equal(0);
      expect(changes()).to.deep.equal(before);
    }
    await writeEach(put('a', '5'));
    expect(changes()).to.have.length(9);
  });

  it('has a row for each write of the state, and one for many changes', async () => {
    await writeEach(put('a', '1'), put('a', '2'));
    await machine.apply(
      decided(
        2,
        Array.from({ length: 20 }, () => batchOf(put('a', 'x'))),
      ),
    );
    await machine.flush();
    expect(await untils()).to.deep.equal([1, 2, 22]);
  });

  it('has a value on disk once: as the entry, then as what was before another one', async () => {
    const large = 'large'.repeat(1000);
    const bytesOnDisk = async () => {
      const rows = await level.values().all();
      return rows.reduce((sum, row) => sum + row.length, 0);
    };
    await writeEach(put('a', large));
    expect(await bytesOnDisk()).to.be.within(5000, 6000);
    await writeEach(put('a', 'small'));
    expect(await bytesOnDisk()).to.be.within(5000, 6000);
  });

  it('is written with its state, and with no other', async () => {
    const batch: Interception = () => {
      throw new Error('the disk has failed');
    };
    machine = await StateMachine.open(new StateDatabase(intercepted(level, { batch })), everyLevel);
    await machine.apply(decided(0, [batchOf(put('a', '1'))]));
    expect(await codeOf(machine.flush())).to.equal('STATE_FAILED');
    expect(await untils()).to.deep.equal([]);
    await restart();
    expect([machine.revision, machine.recentChanges.since]).to.deep.equal([0, 0]);
    await machine.apply(decided(0, [batchOf(put('a', 'the same again'))]));
    await machine.flush();
    await restart();
    expect(changes()).to.have.length(1);
  });

  it('begins after a row that is damaged, or of another format', async () => {
    await writeEach(put('a', '1'), put('a', '2'), put('a', '3'), put('a', '4'));
    const key = historyKey(2);
    for (const row of [new Uint8Array(3), seal(key, [2, 1, new Uint8Array()])]) {
      await level.put(key, row);
      await restart();
      expect(machine.recentChanges.since).to.equal(2);
      expect(changes()?.map(({ before }) => before?.value)).to.deep.equal(['2', '3']);
    }
  });

  it('begins after a row that vanished, and drops what is before it', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('c', '1'));
    await level.del(historyKey(2));
    await restart();
    expect(machine.recentChanges.since).to.equal(2);
    await writeEach(put('a', '4'));
    expect(await untils()).to.deep.equal([3, 4]);
  });

  it('is empty where a version without a history has written the state since', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('c', '1'));
    await level.del(historyKey(3));
    await restart();
    expect(machine.recentChanges.since).to.equal(3);
    await writeEach(put('a', '4'));
    expect(await untils()).to.deep.equal([4]);
  });

  it('begins after a change that led to another entry than there is', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('a', '2'));
    const change = { revision: 3, name: 'b', before: undefined };
    await level.put(...fromHistoryRow({ after: 2, until: 3, changes: [change] }));
    await restart();
    expect(machine.recentChanges.since).to.equal(3);
  });

  it('keeps what fits in memory, and drops the rest with later writes', async () => {
    await writeEach(put('a', '1'), put('a', '2'), put('a', '3'), put('a', '4'));
    const [first, ...others] = changes() ?? [];
    if (first === undefined) throw new Error('there are changes');
    const bytes = others.reduce((sum, change) => sum + bytesOf(change), 0);
    for (const [bytesMax, since] of [
      [bytes + bytesOf(first), 0],
      [bytes + bytesOf(first) - 1, 1],
      [bytes, 1],
      [bytes - 1, 2],
    ] as const) {
      await restart(bytesMax);
      expect(machine.recentChanges.since).to.equal(since);
      expect(await untils()).to.have.length(4);
    }
    await writeEach(put('a', '5'));
    expect(await untils()).to.deep.equal([4, 5]);
    expect(machine.recentChanges.since).to.equal(3);
  });

  it('is dropped some rows at a time', async () => {
    for (let count = 0; count < 600; count += 1) await writeEach(put('a', 'x'));
    await restart(500);
    const left: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      await writeEach(put('a', 'x'));
      left.push((await untils()).length);
    }
    expect(left[0]).to.be.within(340, 350);
    expect(left[3]).to.be.within(1, 4);
  });

  it('skips what memory had dropped before it was written', async () => {
    await restart(500);
    await machine.apply(
      decided(
        0,
        Array.from({ length: 20 }, () => batchOf(put('a', 'x'))),
      ),
    );
    const { since } = machine.recentChanges;
    expect(since).to.be.above(10);
    await machine.flush();
    await restart(ample);
    expect(machine.recentChanges.since).to.equal(since);
  });

  it('counts revisions whose changes nobody may watch', async () => {
    const table = { required: false, users: [], roles: [], tokens: [] };
    await writeEach(put('a', '1'));
    await machine.apply(decided(1, [batchOf({ type: 'setAuth', expected: 0, table })]));
    await machine.flush();
    await writeEach(put('a', '2'));
    await restart();
    expect([machine.revision, machine.recentChanges.since]).to.deep.equal([3, 0]);
    expect(changes()).to.have.length(2);
  });

  it('is read as the state was at the start, whatever is written meanwhile', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('a', '2'));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Only the history is read from a snapshot.
    const getMany: Interception = async (call, options) => {
      if (options !== undefined) await held;
      return call();
    };
    const options = { ...everyLevel, recentChangesBytesMax: ample };
    machine = await StateMachine.open(new StateDatabase(intercepted(level, { getMany })), options);
    const reading = machine.history.known(0);
    await writeEach(put('a', '3'));
    expect(machine.recentChanges.since).to.equal(3);
    release();
    await reading;
    const values = ['1', '1', '2', '3'];
    expect(changes()?.map(({ entry }) => entry?.value)).to.deep.equal(values);
    await restart();
    expect(changes()?.map(({ entry }) => entry?.value)).to.deep.equal(values);
  });

  it('stops the machine if an entry is damaged', async () => {
    await writeEach(put('a', '1'));
    const [key] = await level.keys({ limit: 1 }).all();
    if (key === undefined) throw new Error('there is an entry');
    await level.put(key, new Uint8Array(9));
    await restart();
    expect(machine.recentChanges.since).to.equal(1);
    expect(await codeOf(machine.flush().then(() => applyNext(machine)))).to.equal('STATE_DAMAGED');
  });

  it('is no part of the state: another server gets none, and has the same state', async () => {
    await writeEach(put('a', '1'), put('a', '2'));
    const other = memoryLevel();
    const source = await StateExport.open(level);
    const target = new StateImport(other);
    for (;;) {
      const { rows, isLast } = await source.next(ample);
      await target.add(rows);
      if (isLast) break;
    }
    await target.finish(source.applied);
    await source.close();
    const hash = await machine.contentHash();
    level = other;
    await restart();
    expect(await machine.contentHash()).to.equal(hash);
    expect(machine.recentChanges.since).to.equal(2);
  });
});
