import { StateError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { DiskError } from '@paxkv/kvserver/internal/storage/disk-error';
import { attempt } from '@paxkv/kvserver/internal/storage/state/attempt';
import { expect } from 'chai';

async function errorOf(cause: unknown): Promise<StateError> {
  const outcome = await attempt('read rows', () => Promise.reject(cause)).catch(
    (error: unknown) => error,
  );
  if (outcome instanceof StateError) return outcome;
  throw new Error('it is no error of the state');
}

function coded(code: string, cause?: unknown): Error {
  return Object.assign(new Error('something', { cause }), { code });
}

describe('An attempt at the state database', () => {
  it('gives back what it was made for', async () => {
    expect(await attempt('read rows', async () => 7)).to.equal(7);
  });

  it('finds damage where LevelDB or the audit of its tables says so, however deep', async () => {
    const damage = [coded('LEVEL_CORRUPTION'), new DiskError('DISK_STATE_DAMAGED', 'a table')];
    for (const cause of damage) {
      expect((await errorOf(cause)).code).to.equal('STATE_DAMAGED');
      const wrapped = coded('LEVEL_DATABASE_NOT_OPEN', new Error('wrapped', { cause }));
      expect((await errorOf(wrapped)).code).to.equal('STATE_DAMAGED');
    }
  });

  it('has failed for any other reason, which it names', async () => {
    for (const cause of [coded('EIO'), new Error('closed'), new DiskError('DISK_FAILED', 'x'), 7]) {
      const error = await errorOf(cause);
      expect(error.code).to.equal('STATE_FAILED');
      expect(error.message).to.include('could not read rows');
      expect(error.cause).to.equal(cause);
    }
  });
});
