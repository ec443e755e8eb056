/** The history over restarts: what the database has of it, and what a start makes of damage. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { bytesOf } from '@paxkv/kvserver/internal/state-machine/store/changes/recent-changes';
import { HistoryLog, type StoredRow } from '@paxkv/kvserver/internal/storage/history/history-log';
import { historyKey } from '@paxkv/kvserver/internal/storage/history/history-row';
import { NodeAppendFiles } from '@paxkv/kvserver/internal/storage/node-append-files';
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
import { Scratch } from '../scratch.ts';
import { codeOf } from '../state/machine-reads.ts';
import { written } from './written-row.ts';

const ample = 2 ** 20;
const all = { first: '\0', end: undefined, isReversed: false };

describe('The history', () => {
  const scratch = new Scratch();
  let directory: string;
  let level: TestLevel;
  let machine: StateMachine;

  const logs: HistoryLog[] = [];
  function openLog(files = new NodeAppendFiles(directory)): HistoryLog {
    const log = new HistoryLog({
      files,
      bytesMax: ample,
      onFailed: (error) => expect.fail(String(error)),
    });
    logs.push(log);
    return log;
  }
  const databaseOn = (on: TestLevel) => new StateDatabase(on, { history: openLog() });

  async function start(recentChangesBytesMax = ample): Promise<void> {
    const options = { ...everyLevel, recentChangesBytesMax };
    machine = await StateMachine.open(databaseOn(level), options);
  }

  /** The end of the process, and a start that has read the history. */
  async function restart(recentChangesBytesMax = ample): Promise<void> {
    await start(recentChangesBytesMax);
    await machine.history.known(-1);
  }

  beforeEach(async () => {
    level = memoryLevel();
    directory = join(await scratch.directory(), 'history');
    await start();
  });
  afterEach(async () => {
    for (const log of logs.splice(0)) await log.close();
    await scratch.clear();
  });

  /** Each command at an instance of its own, and in a write of its own. */
  async function writeEach(...commands: readonly Command[]): Promise<void> {
    for (const command of commands) await applyNext(machine, command);
  }

  /** The rows on disk, in order. */
  async function stored(): Promise<StoredRow[]> {
    const rows: StoredRow[] = [];
    for await (const row of openLog().begin(2 ** 40)) rows.push(row);
    return rows.reverse();
  }
  const untils = async () => (await stored()).map(({ until }) => until);
  /** Puts other rows in the place of those on disk. `undefined`: the row vanishes. */
  async function rewrite(
    change: (row: StoredRow) => readonly [Uint8Array, Uint8Array] | undefined,
  ): Promise<void> {
    const rows = (await stored()).map(change).filter((row) => row !== undefined);
    await rm(directory, { recursive: true });
    await writeFile(0, rows);
  }
  async function writeFile(
    after: number,
    rows: readonly (readonly [Uint8Array, Uint8Array])[],
  ): Promise<void> {
    const file = await new NodeAppendFiles(directory).create(`${after}.log`.padStart(20, '0'));
    for (const [key, sealed] of rows) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(sealed.length);
      await file.append([key, length, sealed]);
    }
    await file.close();
  }
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
      const rows = [...(await level.values().all()), ...(await stored()).map((row) => row.sealed)];
      return rows.reduce((sum, row) => sum + row.length, 0);
    };
    await writeEach(put('a', large));
    expect(await bytesOnDisk()).to.be.within(5000, 6000);
    await writeEach(put('a', 'small'));
    expect(await bytesOnDisk()).to.be.within(5000, 6000);
  });

  it('is on disk before its state, and read without what led further', async () => {
    await writeEach(put('a', '1'), put('a', '2'));
    const failing: Interception = () => {
      throw new Error('the disk has failed');
    };
    const options = { ...everyLevel, recentChangesBytesMax: ample };
    const database = databaseOn(intercepted(level, { batch: failing }));
    machine = await StateMachine.open(database, options);
    await machine.apply(decided(2, [batchOf(put('a', 'lost'))]));
    expect(await codeOf(machine.flush())).to.equal('STATE_FAILED');
    expect(await untils()).to.deep.equal([1, 2, 3]);
    await restart();
    expect([machine.revision, machine.recentChanges.since]).to.deep.equal([2, 0]);
    await writeEach(put('a', '3'));
    await restart();
    expect(machine.recentChanges.since).to.equal(0);
    expect(changes()?.map(({ entry }) => entry?.value)).to.deep.equal(['1', '2', '3']);
  });

  it('skips such a row in a file that is continued by another', async () => {
    await writeEach(put('a', '1'), put('a', '2'), put('a', '3'));
    // The first file ends with a row that led to no state, the next one begins with another for the same revision.
    const stale = { revision: 3, name: 'b', before: undefined };
    const [key, sealed] = written({ after: 2, until: 3, changes: [stale] });
    const rows = await stored();
    await rewrite((row) => (row.until === 3 ? [key, sealed] : [row.key, row.sealed]));
    const last = rows[2];
    if (last === undefined) throw new Error('there are three rows');
    await writeFile(2, [[last.key, last.sealed]]);
    await restart();
    expect(changes()?.map(({ entry }) => entry?.value)).to.deep.equal(['1', '2', '3']);
  });

  it('begins after a row that is damaged, or of another format', async () => {
    await writeEach(put('a', '1'), put('a', '2'), put('a', '3'), put('a', '4'));
    const key = historyKey(2);
    for (const damaged of [new Uint8Array(3), seal(key, [2, 1, new Uint8Array()])]) {
      await rewrite((row) => [row.key, row.until === 2 ? damaged : row.sealed]);
      await restart();
      expect(machine.recentChanges.since).to.equal(2);
      expect(changes()?.map(({ before }) => before?.value)).to.deep.equal(['2', '3']);
    }
  });

  it('begins after a row that vanished, and drops what is before it', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('c', '1'));
    await rewrite((row) => (row.until === 2 ? undefined : [row.key, row.sealed]));
    await restart();
    expect(machine.recentChanges.since).to.equal(2);
    // A file is removed whole, once none of its rows is of use.
    await writeEach(put('a', '4'));
    expect(await untils()).to.deep.equal([1, 3, 4]);
    await restart(1);
    await writeEach(put('a', '5'));
    await writeEach(put('a', '6'));
    expect((await untils())[0]).to.be.above(3);
  });

  it('is empty where a version without a history has written the state since', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('c', '1'));
    await rewrite((row) => (row.until === 3 ? undefined : [row.key, row.sealed]));
    await restart();
    expect(machine.recentChanges.since).to.equal(3);
    await writeEach(put('a', '4'));
    await restart();
    expect([machine.recentChanges.since, changes()?.length]).to.deep.equal([3, 1]);
  });

  it('begins after a change that led to another entry than there is', async () => {
    await writeEach(put('a', '1'), put('b', '1'), put('a', '2'));
    const change = { revision: 3, name: 'b', before: undefined };
    const other = written({ after: 2, until: 3, changes: [change] });
    await rewrite((row) => (row.until === 3 ? other : [row.key, row.sealed]));
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
    expect(machine.recentChanges.since).to.equal(3);
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
    const files = new NodeAppendFiles(directory);
    const { open } = files;
    files.open = async (name) => {
      await held;
      return open.call(files, name);
    };
    const options = { ...everyLevel, recentChangesBytesMax: ample };
    const database = new StateDatabase(level, { history: openLog(files) });
    machine = await StateMachine.open(database, options);
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
    directory = join(await scratch.directory(), 'history');
    await restart();
    expect(await machine.contentHash()).to.equal(hash);
    expect(machine.recentChanges.since).to.equal(2);
  });
});
