/** A state that arrives row by row: what is on disk meanwhile, and what completes it. */
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { Position } from '@paxkv/kvserver/internal/state-machine/state-store';
import type { StateRow } from '@paxkv/kvserver/internal/storage/state/row-audit';
import {
  isLeaseKey,
  isMetaKey,
  isSessionKey,
  positionKey,
  sessionsKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import {
  checksumAfter,
  emptyChecksum,
  sumIn,
  toPosition,
  unseal,
} from '@paxkv/kvserver/internal/storage/state/rows';
import { toSessionsChecksum } from '@paxkv/kvserver/internal/storage/state/session-sums';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateImport } from '@paxkv/kvserver/internal/storage/state/state-import';
import { expect } from 'chai';
import { memoryLevel, type TestLevel } from '../../state-machine/fixtures.ts';
import { intercepted } from '../../state-machine/intercepted.ts';
import { everyLevel } from '../../state-machine/range-commands.ts';
import { rowsOfAllKinds, sealed } from './states.ts';

describe('A state that arrives', () => {
  let rows: readonly StateRow[];
  let position: Position;
  let level: TestLevel;

  before(async () => {
    rows = sealed(await rowsOfAllKinds());
    const row = rows.find(([key]) => isMetaKey(key));
    if (row === undefined) throw new Error('there is no position');
    ({ position } = unseal(...row, toPosition));
  });

  beforeEach(() => {
    level = memoryLevel();
  });

  const importTo = (to: StateLevel = level) => new StateImport(to, everyLevel.version);

  async function storedKeys(): Promise<string[]> {
    return (await level.keys().all()).map((key) => Buffer.from(key).toString('latin1'));
  }

  async function refusalOf(act: Promise<unknown>): Promise<StateError> {
    const outcome = await act.catch((error: unknown) => error);
    if (outcome instanceof StateError) return outcome;
    throw new Error(`it was not refused: ${String(outcome)}`);
  }

  it('is on disk row by row, without a position until all of it is', async () => {
    const arriving = importTo();
    const others = rows.filter(([key]) => !isMetaKey(key));
    await arriving.add(rows.slice(-2));
    await arriving.add(rows.slice(0, -2));
    expect(await storedKeys()).to.deep.equal(
      others.map(([key]) => Buffer.from(key).toString('latin1')),
    );
    await arriving.finish(position.applied);
    expect(await storedKeys()).to.include(Buffer.from(positionKey).toString('latin1'));
  });

  it('is complete at its position, durably, with the checksum of what a start reads', async () => {
    const synced: unknown[] = [];
    const observed = intercepted(level, {
      batch: (call, options) => {
        synced.push(Object(options).sync);
        return call();
      },
    });
    const arriving = importTo(observed);
    await arriving.add(rows);
    expect(await arriving.finish(position.applied)).to.deep.equal(position);
    expect(synced).to.deep.equal([false, true]);
    const startRows = rows.filter(([key]) => isSessionKey(key) || isLeaseKey(key));
    expect(startRows.some(([key]) => isLeaseKey(key))).to.equal(true);
    expect(startRows.some(([key]) => isSessionKey(key))).to.equal(true);
    const checksum = startRows.reduce(
      (sum, [, row]) => checksumAfter(sum, { before: undefined, after: sumIn(row) }),
      emptyChecksum,
    );
    const row = await level.get(sessionsKey);
    expect(row && unseal(sessionsKey, row, toSessionsChecksum)).to.deep.equal({
      ...{ applied: position.applied, checksum },
    });
    const machine = await StateMachine.open(new StateDatabase(level), everyLevel);
    expect(machine.applied).to.equal(position.applied);
  });

  it('may get another position in another cluster, which is what it then has', async () => {
    const arriving = importTo();
    await arriving.add(rows);
    const incarnation = 'BBBBBBBBBBBBBBBBBBBBBA';
    const changed = await arriving.finish(position.applied, (taken) => {
      expect(taken).to.deep.equal(position);
      return { ...taken, incarnation };
    });
    expect(changed).to.deep.equal({ ...position, incarnation });
    const row = await level.get(positionKey);
    expect(row && unseal(positionKey, row, toPosition).position).to.deep.equal(changed);
  });

  describe('is refused, and is no state,', () => {
    afterEach(async () => {
      expect(await level.get(positionKey)).to.equal(undefined);
      expect(await level.get(sessionsKey)).to.equal(undefined);
    });

    it('at another position than its rows are of', async () => {
      const arriving = importTo();
      await arriving.add(rows);
      const { code, message } = await refusalOf(arriving.finish(position.applied + 1));
      expect(code).to.equal('STATE_DAMAGED');
      const { applied } = position;
      expect(message).to.equal(`The state is at instance ${applied}, not ${applied + 1}.`);
    });

    it('without any one of its rows', async () => {
      for (const [index] of rows.entries()) {
        const arriving = importTo();
        await arriving.add(rows.toSpliced(index, 1));
        expect((await refusalOf(arriving.finish(position.applied))).code).to.equal('STATE_DAMAGED');
      }
    });

    it('by a version that does not know its level', async () => {
      const { featureLevel } = position;
      const version = { ...everyLevel.version, highest: featureLevel - 1 };
      const arriving = new StateImport(level, version);
      await arriving.add(rows);
      const { code } = await refusalOf(arriving.finish(position.applied));
      expect(code).to.equal('STATE_LEVEL_UNSUPPORTED');
    });

    it('with a damaged row, of which nothing is written', async () => {
      const [key, row] = rows[0] ?? [];
      if (key === undefined || row === undefined) throw new Error('there is no row');
      const damaged = row.with(-1, (row.at(-1) ?? 0) ^ 1);
      const { code } = await refusalOf(importTo().add([...rows.slice(1), [key, damaged]]));
      expect(code).to.equal('STATE_DAMAGED');
      expect(await storedKeys()).to.deep.equal([]);
    });

    it('if the disk cannot take it', async () => {
      const failing = intercepted(level, { batch: () => Promise.reject(new Error('EIO')) });
      const { code, message } = await refusalOf(importTo(failing).add(rows));
      expect(code).to.equal('STATE_FAILED');
      expect(message).to.include('write the rows of a state');
    });
  });
});
