import { encodeLevelRaise } from '@paxkv/kvserver/internal/state-machine/batch';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { dataKey, positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { StateImport } from '@paxkv/kvserver/internal/storage/state/state-import';
import { expect } from 'chai';
import {
  append,
  applyNext,
  batchOf,
  bytes,
  decided,
  memoryLevel,
  openSession,
  put,
  remove,
  stamped,
} from '../../state-machine/fixtures.ts';

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown === undefined || thrown instanceof StateError) return thrown?.code;
  throw thrown;
}

/** A state with 20 keys of 100 bytes and a session, after some writes that replaced and deleted others. */
async function written(): Promise<{ level: StateLevel; machine: StateMachine }> {
  const level = memoryLevel();
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyNext(machine, openSession());
  for (let key = 0; key < 25; key += 1) await applyNext(machine, put(`k${key}`, 'v'.repeat(100)));
  for (let key = 20; key < 25; key += 1)
    await applyNext(machine, remove(`k${key}`), remove('absent'));
  await applyNext(machine, stamped(append('k0', 'x'), [1, 1]), put('k1', 'short'));
  return { level, machine };
}

describe('a state on its way', () => {
  it('arrives as it is, page by page', async () => {
    const { level, machine } = await written();
    const there = memoryLevel();
    const [source, target] = [await StateExport.open(level), new StateImport(there)];
    let pageCount = 0;
    for (let isLast = false; !isLast; pageCount += 1) {
      const page = await source.next(500);
      await target.add(page.rows);
      ({ isLast } = page);
    }
    await target.finish(source.applied);
    await source.close();
    expect(pageCount).to.be.above(3);
    const anew = await StateMachine.open(new StateDatabase(there));
    expect(anew).to.include({ applied: machine.applied, stateHash: machine.stateHash });
    expect(await anew.contentHash()).to.equal(await machine.contentHash());
  });

  it('is a snapshot of the time at which it was opened', async () => {
    const { level, machine } = await written();
    const { applied } = machine;
    const source = await StateExport.open(level);
    await applyNext(machine, put('k3', 'later'), put('new', 'later'), remove('k4'));
    const there = memoryLevel();
    const target = new StateImport(there);
    await target.add((await source.next(1_000_000)).rows);
    await target.finish(applied);
    expect((await StateMachine.open(new StateDatabase(there))).applied).to.equal(applied);
  });

  it('is refused by a version that cannot run at its feature level', async () => {
    const next = { lowest: 1, highest: 2, commands: {} };
    const level = memoryLevel();
    const machine = await StateMachine.open(new StateDatabase(level), { version: next });
    await machine.apply(decided(0, [batchOf(put('k', 'v')), encodeLevelRaise(2)]));
    await machine.flush();
    const source = await StateExport.open(level);
    const { rows } = await source.next(1_000_000);
    const [older, newer] = [memoryLevel(), memoryLevel()];
    const refused = new StateImport(older, { lowest: 1, highest: 1 });
    await refused.add(rows);
    expect(await codeOf(refused.finish(1))).to.equal('STATE_LEVEL_UNSUPPORTED');
    expect(await codeOf(StateMachine.open(new StateDatabase(older)))).to.equal('STATE_DAMAGED');
    const target = new StateImport(newer, next);
    await target.add(rows);
    await target.finish(1);
    expect(await StateMachine.open(new StateDatabase(newer), { version: next })).to.include({
      featureLevel: 2,
    });
  });

  it('is not a state before it is complete', async () => {
    const { level } = await written();
    const source = await StateExport.open(level);
    const { rows } = await source.next(1_000_000);
    for (const some of [rows.slice(0, -1), rows.slice(1), [...rows, ...rows.slice(0, 1)]]) {
      const there = memoryLevel();
      const target = new StateImport(there);
      await target.add(some);
      expect(await codeOf(target.finish(source.applied))).to.equal('STATE_DAMAGED');
      expect(await codeOf(StateMachine.open(new StateDatabase(there)))).to.equal('STATE_DAMAGED');
    }
  });

  it('is refused with another position', async () => {
    const { level } = await written();
    const source = await StateExport.open(level);
    const target = new StateImport(memoryLevel());
    await target.add((await source.next(1_000_000)).rows);
    expect(await codeOf(target.finish(source.applied + 1))).to.equal('STATE_DAMAGED');
  });

  it('is not taken from rows that are damaged or incomplete', async () => {
    const harms: ((level: StateLevel) => Promise<void>)[] = [
      // A bit of the content, which leaves the sums of the row and of the state as they were.
      async (level) => {
        const row = await level.get(dataKey(bytes('k5')));
        if (row === undefined) throw new Error('the row is there');
        const flipped = row.with(-1, (row.at(-1) ?? 0) ^ 1);
        await level.put(dataKey(bytes('k5')), flipped);
      },
      (level) => level.put(dataKey(bytes('k5')), Uint8Array.of(1, 2, 3, 4, 5)),
      (level) =>
        level.put(dataKey(bytes('k5')), seal(dataKey(bytes('k5')), [1, 1, 1, bytes('old')])),
      (level) => level.del(dataKey(bytes('k5'))),
      (level) =>
        level.put(dataKey(bytes('k30')), seal(dataKey(bytes('k30')), [1, 1, 1, bytes('')])),
      (level) => level.put(bytes('?'), seal(bytes('?'), [1])),
    ];
    for (const harm of harms) {
      const { level } = await written();
      await harm(level);
      const source = await StateExport.open(level);
      expect(await codeOf(source.next(1_000_000))).to.equal('STATE_DAMAGED');
      await source.close();
      const machine = await StateMachine.open(new StateDatabase(level));
      expect(await codeOf(machine.verifyRows(1000))).to.equal('STATE_DAMAGED');
    }
  });

  it('is not taken from a database without a position', async () => {
    const { level } = await written();
    await level.del(positionKey);
    expect(await codeOf(StateExport.open(level))).to.equal('STATE_DAMAGED');
    const empty = memoryLevel();
    await empty.open();
    expect(await codeOf(StateExport.open(empty))).to.equal('STATE_DAMAGED');
  });

  it('contains the last write, not what was applied since', async () => {
    const { level, machine } = await written();
    const { durable } = machine;
    await machine.apply(decided(durable + 1, [batchOf(put('k3', 'later'), remove('k4'))]));
    const source = await StateExport.open(level);
    expect(source.applied).to.equal(durable);
    const there = memoryLevel();
    const target = new StateImport(there);
    await target.add((await source.next(1_000_000)).rows);
    await target.finish(durable);
    expect((await StateMachine.open(new StateDatabase(there))).applied).to.equal(durable);
  });
});
