/** What the state machine keeps in memory, what it asks its database for, and what follows if that fails. */
import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import {
  append,
  applyNext,
  applyTo,
  batchOf,
  bytes,
  decided,
  get,
  memoryLevel,
  put,
  text,
} from './fixtures.ts';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('resolved'),
    (error: unknown) => error,
  );
}

describe('StateMachine and its database', () => {
  it('asks the database for nothing as long as it has written nothing before', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    const applied = machine.apply(decided(0, [batchOf(get('k'), put('l', 'a'))]));
    expect(applied).to.be.an('array').with.length(1);
    expect(machine.read(bytes('m'))).to.equal(undefined);
  });

  it('has an entry at once while it has room for it, and reads it from disk otherwise', async () => {
    for (const [cachedBytesMax, isAtOnce] of [
      [undefined, true],
      [1, false],
    ] as const) {
      const options = { cachedBytesMax };
      const machine = await StateMachine.open(new StateDatabase(memoryLevel()), options);
      await applyNext(machine, put('k', 'a'), put('l', 'a'), put('m', 'a'));
      const found = machine.read(bytes('k'));
      expect(found instanceof Promise).to.equal(!isAtOnce);
      expect(text((await found)?.value)).to.equal('a');
    }
  });

  it('applies one run after another, and keeps no key in memory for a run that is over', async () => {
    const level = memoryLevel();
    await applyNext(await StateMachine.open(new StateDatabase(level)), put('k', 'a'));
    const options = { cachedBytesMax: 1 };
    const machine = await StateMachine.open(new StateDatabase(level), options);
    for (const value of ['b', 'c']) {
      await machine.apply(decided(machine.applied + 1, [batchOf(append('k', value))]));
      await machine.flush();
    }
    const found = machine.read(bytes('k'));
    expect(found).to.be.instanceOf(Promise);
    expect(text((await found)?.value)).to.equal('abc');
  });

  it('keeps no entry in memory for a write that is over', async () => {
    const machine = await StateMachine.open(new StateDatabase(memoryLevel()));
    await machine.apply(decided(0, [batchOf(put('k', 'a'))]));
    expect(machine.undurableBytes).to.equal(machine.dirtyBytes).and.be.above(0);
    await machine.flush();
    expect([machine.undurableBytes, machine.dirtyBytes]).to.deep.equal([0, 0]);
  });

  describe('after an error of the database', () => {
    /** A machine whose database holds the key `k`, and fails to read from now on. */
    async function failing() {
      const level = memoryLevel();
      await applyNext(await StateMachine.open(new StateDatabase(level)), put('k', 'a'));
      const database = new StateDatabase(level);
      const machine = await StateMachine.open(database);
      const error = new StateError('STATE_FAILED', 'no read');
      let fail = () => {};
      database.readEntries = () => {
        return new Promise((_resolve, reject) => {
          fail = () => reject(error);
        });
      };
      return { machine, error, fail: () => fail() };
    }

    it('stops, so that every later call ends with that error', async () => {
      const { machine, error, fail } = await failing();
      const read = rejection(Promise.resolve(machine.read(bytes('k'))));
      fail();
      expect(await read).to.equal(error);
      expect(() => machine.read(bytes('l'))).to.throw(error);
      expect(() => machine.apply(decided(1, [noop]))).to.throw(error);
      for (const call of [machine.flush(), machine.verifyRows(1), machine.contentHash()])
        expect(await rejection(call)).to.equal(error);
    });

    it('applies no run whose keys it was reading', async () => {
      const level = memoryLevel();
      await applyNext(await StateMachine.open(new StateDatabase(level)), put('k', 'a'));
      const database = new StateDatabase(level);
      const machine = await StateMachine.open(database);
      const error = new StateError('STATE_DAMAGED', 'a bad row');
      const applying = rejection(applyTo(machine, decided(1, [batchOf(append('k', 'b'))])));
      database.verifyRows = () => Promise.reject(error);
      expect(await rejection(machine.verifyRows(1))).to.equal(error);
      expect(await applying).to.equal(error);
      expect(machine.applied).to.equal(0);
    });
  });
});
