import { RestartPolicy } from '@paxkv/kvserver/internal/restart-policy';
import {
  StateError,
  UnappliableError,
  UnreadableValueError,
  unappliable,
} from '@paxkv/kvserver/internal/state-machine/state-error';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { expect } from 'chai';
import { applyTo, batchOf, decided, memoryLevel, put } from './fixtures.ts';

/** A version with a defect that shows when a command is applied. */
const defective = {
  lowest: 1,
  highest: 1,
  get commands(): Record<string, number> {
    throw new TypeError('a defect');
  },
};

describe('A decided value at which this version fails', () => {
  it('stops the machine with its instance and cause, and the node tries again instead of giving up', async () => {
    const database = new StateDatabase(memoryLevel());
    const machine = await StateMachine.open(database, { version: defective });
    const value = batchOf(put('k', 'v'));
    for (const _attempt of [1, 2]) {
      const error: unknown = await applyTo(machine, decided(0, [value])).catch((cause) => cause);
      if (!(error instanceof UnappliableError)) throw new Error(`${error} names no instance`);
      expect(error).to.include({ code: 'STATE_MALFORMED', instance: 0 });
      expect(error.message).to.include('instance 0').and.to.include('a defect');
      expect(error.cause).to.be.instanceOf(TypeError);
      expect(new RestartPolicy().actionFor(error, 0).type).to.equal('reopen');
    }
    expect(machine.applied).to.equal(-1);
    expect(await machine.flush().catch((cause) => cause)).to.be.instanceOf(StateError);
  });

  it('is named with its instance and its first bytes if the journal holds it', () => {
    const cause = new TypeError('a defect');
    const value = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const error = new UnreadableValueError(7, value, cause);
    expect(error).to.include({ code: 'STATE_VALUE_UNREADABLE', instance: 7, cause });
    expect(error.message).to.include('for instance 7 that this version cannot apply');
    expect(error.message).to.match(/: 10 bytes that begin with 0102030405060708\.$/);
  });

  it('has no cause if there is none', () => {
    expect(new StateError('STATE_FAILED', 'no read')).not.to.have.own.property('cause');
  });

  it('keeps an error that has a code of its own', () => {
    const failed = new StateError('STATE_FAILED', 'no read');
    expect(unappliable(failed, 7)).to.equal(failed);
  });
});
