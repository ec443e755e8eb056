import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { StateLevel } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import { Level } from 'level';
import {
  append,
  applyNext,
  applyTo,
  batchOf,
  bytes,
  decided,
  get,
  memoryLevel,
  openSession,
  put,
  stamped,
  text,
  viewEncodings,
} from '../../state-machine/fixtures.ts';
import { type Interception, intercepted } from '../../state-machine/intercepted.ts';
import { codeOf, readFrom, textAt } from './machine-reads.ts';

const diskFull: Interception = () => Promise.reject(new Error('No space left on device.'));

/** A state with a session and a key `k`, which holds "a". */
async function written(level: StateLevel): Promise<StateMachine> {
  const machine = await StateMachine.open(new StateDatabase(level));
  await applyNext(machine, openSession(), stamped(put('k', 'a'), [1, 1]));
  return machine;
}

/** Resolves when the test releases it. */
function heldUp(): { held: Promise<void>; release: () => void } {
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { held, release };
}

describe('state database', () => {
  it('writes all changes of a run in one batch', async () => {
    const writes: number[] = [];
    const level = memoryLevel();
    level.on('write', (operations: readonly unknown[]) => writes.push(operations.length));
    const machine = await StateMachine.open(new StateDatabase(level));
    const values = [batchOf(openSession()), batchOf(stamped(put('k', 'a'), [1, 1])), noop];
    await machine.apply(decided(0, values));
    for (let seq = 3; seq < 10; seq += 1) {
      await machine.apply(decided(seq, [batchOf(stamped(put('k', 'b'), [1, seq]))]));
    }
    expect(writes).to.deep.equal([]);
    await machine.flush();
    const [position, sums, session, entry] = [1, 1, 1, 1];
    expect(writes).to.deep.equal([position + sums + session + entry]);
  });

  it('is read once for all keys of a run, and not again for keys in memory', async () => {
    let reads = 0;
    const level = memoryLevel();
    await written(level);
    const machine = await StateMachine.open(
      new StateDatabase(
        intercepted(level, {
          getMany: (call) => {
            reads += 1;
            return call();
          },
        }),
      ),
    );
    await machine.history.known(0);
    reads = 0;
    await machine.apply(decided(1, [batchOf(put('a', ''), get('b')), batchOf(append('a', 'x'))]));
    expect(reads).to.equal(1);
    const applied = machine.apply(decided(3, [batchOf(put('b', ''), append('a', 'x'))]));
    expect(applied, 'at once').to.be.an('array');
    expect(machine.read(bytes('a'))).to.include({ version: 3 });
    expect(reads).to.equal(1);
  });

  describe('durability', () => {
    /** Records whether each write was to be flushed. */
    function watched(): { level: StateLevel; syncs: unknown[] } {
      const syncs: unknown[] = [];
      const batch: Interception = (call, options) => {
        syncs.push(options);
        return call();
      };
      return { level: intercepted(memoryLevel(), { batch }), syncs };
    }

    it('requires a flush', async () => {
      const { level, syncs } = watched();
      const machine = await StateMachine.open(new StateDatabase(level));
      await machine.apply(decided(0, [noop, noop]));
      expect([machine.applied, machine.durable]).to.deep.equal([1, -1]);
      await machine.flush();
      expect(machine.durable).to.equal(1);
      await machine.flush();
      expect(syncs).to.deep.equal([{ sync: true }]);
    });

    it('does not include instances applied during a write', async () => {
      const { held, release } = heldUp();
      const batch: Interception = async (call) => {
        await held;
        return call();
      };
      const level = memoryLevel();
      const machine = await StateMachine.open(new StateDatabase(intercepted(level, { batch })));
      await machine.apply(decided(0, [batchOf(put('k', 'a'))]));
      const flushed = machine.flush();
      await machine.apply(decided(1, [batchOf(append('k', 'b'))]));
      expect(machine.durable).to.equal(-1);
      release();
      await flushed;
      expect([machine.applied, machine.durable]).to.deep.equal([1, 0]);
      const anew = await StateMachine.open(new StateDatabase(level));
      expect(anew.applied).to.equal(0);
      expect(text((await anew.read(bytes('k')))?.value)).to.equal('a');
      await machine.flush();
      expect(await StateMachine.open(new StateDatabase(level))).to.include({
        applied: 1,
        revision: 2,
      });
    });

    it('yields to other work, whose changes go into the next write', async () => {
      const level = memoryLevel();
      const machine = await StateMachine.open(new StateDatabase(level));
      const puts = Array.from({ length: 300 }, (_, index) => put(`k${index}`, 'a'));
      await machine.apply(decided(0, [batchOf(...puts)]));
      let pauseCount = 0;
      await machine.flush(async () => {
        pauseCount += 1;
        await machine.apply(
          decided(pauseCount, [batchOf(put('k0', 'b'), put('k299', `${pauseCount}`))]),
        );
      });
      expect(pauseCount).to.equal(2);
      expect([machine.applied, machine.durable]).to.deep.equal([2, 0]);
      const anew = await StateMachine.open(new StateDatabase(level));
      for (const key of ['k0', 'k299']) expect(await textAt(anew, key)).to.equal('a');
      expect(await textAt(machine, 'k299')).to.equal('2');
    });

    it('yields after 256 KiB of values', async () => {
      const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
      const large = 'x'.repeat(128 * 1024);
      const puts = Array.from({ length: 9 }, (_, index) => put(`k${index}`, large));
      await machine.apply(decided(0, [batchOf(...puts)]));
      let pauseCount = 0;
      await machine.flush(async () => {
        pauseCount += 1;
      });
      expect(pauseCount).to.equal(4);
    });

    it('has one write at a time, for all callers', async () => {
      let [underWay, atOnce, count] = [0, 0, 0];
      const batch: Interception = async (call) => {
        underWay += 1;
        atOnce = Math.max(atOnce, underWay);
        count += 1;
        await new Promise(setImmediate);
        await call();
        underWay -= 1;
      };
      const level = memoryLevel();
      const machine = await StateMachine.open(new StateDatabase(intercepted(level, { batch })));
      const flushes: Promise<void>[] = [];
      for (let seq = 0; seq < 5; seq += 1) {
        await machine.apply(decided(seq, [batchOf(append('k', `${seq}`))]));
        flushes.push(machine.flush(), machine.flush());
      }
      await Promise.all(flushes);
      expect(machine.durable).to.equal(4);
      expect(atOnce).to.equal(1);
      expect(count).to.be.within(2, 5);
      const anew = await StateMachine.open(new StateDatabase(level));
      expect(text((await anew.read(bytes('k')))?.value)).to.equal('01234');
    });

    it('counts the bytes that wait for it', async () => {
      const { held, release } = heldUp();
      const batch: Interception = async (call) => {
        await held;
        return call();
      };
      const machine = await StateMachine.open(
        new StateDatabase(intercepted(memoryLevel(), { batch })),
      );
      await machine.apply(decided(0, [batchOf(put('k', 'v'.repeat(1000)))]));
      expect(machine.dirtyBytes).to.be.within(1001, 1100);
      expect(machine.undurableBytes).to.equal(machine.dirtyBytes);
      const flushed = machine.flush();
      expect(machine.dirtyBytes).to.equal(0);
      expect(machine.undurableBytes).to.be.within(1001, 1100);
      release();
      await flushed;
      expect(machine.undurableBytes).to.equal(0);
    });
  });

  describe('failure', () => {
    it('of a write stops the machine until it is reopened', async () => {
      const level = memoryLevel();
      await written(level);
      const machine = await StateMachine.open(
        new StateDatabase(intercepted(level, { batch: diskFull })),
      );
      const request = stamped(append('k', 'b'), [1, 2]);
      const [before] = await machine.apply(decided(1, [batchOf(request)]));
      expect(await codeOf(machine.flush())).to.equal('STATE_FAILED');
      const later = [
        applyTo(machine, decided(2, [noop])),
        machine.flush(),
        readFrom(machine, 'k'),
        machine.contentHash(),
      ];
      for (const call of later) expect(await codeOf(call)).to.equal('STATE_FAILED');
      expect([machine.applied, machine.durable]).to.deep.equal([1, 0]);

      const anew = await StateMachine.open(new StateDatabase(level));
      expect(anew.applied).to.equal(0);
      expect(await applyNext(anew, request)).to.deep.equal(before?.replies);
    });

    it('of a write that reached the disk anyway loses and repeats nothing', async () => {
      const level = memoryLevel();
      await written(level);
      const batch: Interception = async (call) => {
        await call();
        throw new Error('No answer.');
      };
      const machine = await StateMachine.open(new StateDatabase(intercepted(level, { batch })));
      const request = stamped(append('k', 'b'), [1, 2]);
      expect(await codeOf(applyNext(machine, request))).to.equal('STATE_FAILED');

      const anew = await StateMachine.open(new StateDatabase(level));
      expect(anew.applied).to.equal(1);
      const [reply] = await applyNext(anew, request);
      expect(reply).to.deep.equal({ type: 'append', revision: 2, length: 2 });
      expect(text((await anew.read(bytes('k')))?.value)).to.equal('ab');
    });

    it('of a write prevents the replies of a run in progress', async () => {
      const level = memoryLevel();
      await written(level);
      const { held, release } = heldUp();
      const getMany: Interception = async (call) => {
        const rows = await call();
        await held;
        return rows;
      };
      const machine = await StateMachine.open(
        new StateDatabase(intercepted(level, { batch: diskFull, getMany })),
      );
      await machine.apply(decided(1, [noop]));
      const run = codeOf(applyTo(machine, decided(2, [batchOf(put('k', 'b'))])));
      expect(await codeOf(machine.flush())).to.equal('STATE_FAILED');
      release();
      expect(await run).to.equal('STATE_FAILED');
      expect(machine.applied).to.equal(1);
    });

    it('of a read stops the machine', async () => {
      const level = memoryLevel();
      await written(level);
      const machine = await StateMachine.open(
        new StateDatabase(intercepted(level, { getMany: diskFull })),
      );
      expect(await codeOf(readFrom(machine, 'k'))).to.equal('STATE_FAILED');
      expect(await codeOf(applyTo(machine, decided(1, [noop])))).to.equal('STATE_FAILED');
    });
  });

  it('is the same on disk as in memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paxkv-state-'));
    try {
      const memory = await StateMachine.open(new StateDatabase(memoryLevel()));
      for (let run = 0; run < 3; run += 1) {
        await using level = new Level<Uint8Array, Uint8Array>(folder, viewEncodings);
        await level.open();
        const disk = await StateMachine.open(new StateDatabase(level));
        const requests = [openSession(), stamped(append('k', `${run}`), [1, run + 1]), get('k')];
        expect(await applyNext(disk, ...requests)).to.deep.equal(
          await applyNext(memory, ...requests),
        );
        expect(disk.durable).to.equal(run);
        expect(await disk.contentHash()).to.equal(await memory.contentHash());
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
