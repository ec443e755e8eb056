import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { Session } from '@paxkv/kvserver/internal/state-machine/sessions/session';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { DiskError } from '@paxkv/kvserver/internal/storage/index';
import {
  dataKey,
  positionKey,
  type RowRange,
  sessionKey,
  sessionsKey,
} from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import {
  applyNext,
  applyTo,
  batchOf,
  bytes,
  decided,
  memoryLevel,
  openSession,
  put,
  stamped,
} from '../../state-machine/fixtures.ts';
import { type Interception, intercepted } from '../../state-machine/intercepted.ts';
import { codeOf, readFrom, textAt } from './machine-reads.ts';

/** A state with a session and a key `k`, which holds "a". */
async function written(level: StateLevel): Promise<StateMachine> {
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyNext(machine, openSession(), stamped(put('k', 'a'), [1, 1]));
  return machine;
}

describe('verification of the state database', () => {
  describe('damage', () => {
    it('of an entry is found when it is read, and stops the machine', async () => {
      const level = memoryLevel();
      await written(level);
      const machine = await StateMachine.open(new StateDatabase(level));
      await level.put(dataKey(bytes('k')), seal(dataKey(bytes('other')), [1, 1, 1, bytes('x')]));
      expect(await codeOf(readFrom(machine, 'k'))).to.equal('STATE_DAMAGED');
      expect(await codeOf(applyTo(machine, decided(1, [noop])))).to.equal('STATE_DAMAGED');
    });

    for (const [name, key] of [
      ['a session', sessionKey(1)],
      ['the position', positionKey],
      ['the checksum of the sessions', sessionsKey],
    ] as const) {
      it(`of ${name} is found at once`, async () => {
        const level = memoryLevel();
        await written(level);
        const row = (await level.get(key)) ?? new Uint8Array();
        await level.put(key, row.with(row.length - 1, 0x55));
        expect(await codeOf(StateMachine.open(new StateDatabase(level)))).to.equal('STATE_DAMAGED');
      });
    }

    it('is what a session that vanished or came back is', async () => {
      for (const harm of [
        (level: StateLevel) => level.del(sessionKey(1)),
        async (level: StateLevel) =>
          level.put(sessionKey(2), seal(sessionKey(2), new Session(2, 'c').toRow())),
      ]) {
        const level = memoryLevel();
        await written(level);
        await harm(level);
        expect(await codeOf(StateMachine.open(new StateDatabase(level)))).to.equal('STATE_DAMAGED');
      }
    });

    it('is found among all rows where the checksum of the sessions is missing or older', async () => {
      for (const harm of [
        (level: StateLevel) => level.del(sessionsKey),
        async (level: StateLevel) => level.put(sessionsKey, seal(sessionsKey, [7, [1, 1]])),
      ]) {
        const level = memoryLevel();
        await written(level);
        await harm(level);
        expect(await StateMachine.open(new StateDatabase(level))).to.include({ sessionCount: 1 });
        await level.del(dataKey(bytes('k')));
        expect(await codeOf(StateMachine.open(new StateDatabase(level)))).to.equal('STATE_DAMAGED');
      }
    });

    it('of a table is found before a row is read from it', async () => {
      const level = memoryLevel();
      await written(level);
      const asked: string[] = [];
      let isHarmed = false;
      const tables = {
        async expectIntact(keys: readonly Uint8Array[]) {
          if (!isHarmed) return;
          asked.push(...keys.map((key) => Buffer.from(key).toString()));
          throw new DiskError('DISK_STATE_DAMAGED', 'a table is damaged');
        },
        async expectIntactWithin({ gte, lt }: RowRange) {
          if (!isHarmed) return;
          asked.push(...[gte, lt].map((key) => Buffer.from(key).toString()));
          throw new DiskError('DISK_STATE_DAMAGED', 'a table is damaged');
        },
      };
      const machine = await StateMachine.open(new StateDatabase(level, { tables }));
      const again = await StateMachine.open(new StateDatabase(level, { tables }));
      await Promise.all([machine.history.known(0), again.history.known(0)]);
      isHarmed = true;
      expect(await codeOf(readFrom(machine, 'k'))).to.equal('STATE_DAMAGED');
      expect(asked).to.deep.equal(['dk']);
      const range = { prefix: bytes('k'), from: bytes('ka'), to: bytes('') };
      expect(await codeOf(again.readRange({ type: 'count', ...range, asOf: 'now' }))).to.equal(
        'STATE_DAMAGED',
      );
      expect(asked).to.deep.equal(['dk', 'dka', 'dl']);
    });

    it('is what rows without a position are', async () => {
      const level = memoryLevel();
      await written(level);
      await level.del(positionKey);
      expect(await codeOf(StateMachine.open(new StateDatabase(level)))).to.equal('STATE_DAMAGED');
    });

    for (const [age, format] of [
      ['an older', 2],
      ['a newer', 5],
    ] as const) {
      it(`is not what ${age} format is`, async () => {
        const level = memoryLevel();
        await level.put(positionKey, seal(positionKey, [format, 'other', 'fields']));
        expect(await codeOf(StateMachine.open(new StateDatabase(level)))).to.equal(
          'STATE_UNKNOWN_FORMAT',
        );
      });
    }
  });

  describe('a start', () => {
    /** Counts the rows that are read. */
    function counted(level: StateLevel): { level: StateLevel; rowCount: () => number } {
      let rowCount = 0;
      const counting = (call: () => unknown): unknown => {
        rowCount += 1;
        return call();
      };
      const iterator: Interception = (call) =>
        new Proxy(Object(call()), {
          get(target, name) {
            const member: unknown = Reflect.get(target, name, target);
            if (typeof member !== 'function') return member;
            return (...parameters: unknown[]) => {
              const bound = (): unknown => Reflect.apply(member, target, parameters);
              return name === 'next' ? counting(bound) : bound();
            };
          },
        });
      return { level: intercepted(level, { get: counting, iterator }), rowCount: () => rowCount };
    }

    it('reads as many rows as there are sessions, however many keys there are', async () => {
      const level = memoryLevel();
      const machine = await StateMachine.open(new StateDatabase(level));
      await applyNext(machine, openSession(), openSession());
      for (let run = 0; run < 100; run += 1) {
        const puts = Array.from({ length: 1000 }, (_, key) => put(`k${run} ${key}`, 'v'));
        await machine.apply(decided(machine.applied + 1, [batchOf(...puts)]));
      }
      await machine.flush();
      const { level: watched, rowCount } = counted(level);
      const anew = await StateMachine.open(new StateDatabase(watched));
      expect(anew).to.include({ sessionCount: 2, revision: 100_000 });
      const [position, sums, sessions, end] = [1, 1, 2, 1];
      expect(rowCount()).to.equal(position + sums + sessions + end);
      expect(await textAt(anew, 'k99 999')).to.equal('v');
    });
  });
});
