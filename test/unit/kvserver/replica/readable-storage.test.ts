import { readableStorage } from '@paxkv/kvserver/internal/replica/readable-storage';
import { encodeLevelRaise, noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { UnreadableValueError } from '@paxkv/kvserver/internal/state-machine/state-error';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import type { Storage, Write } from '@paxkv/paxos';
import { expect } from 'chai';

const ballot = { round: 1, peer: 0 };
const poison = Uint8Array.of(0xff);

function storageOf(...writes: Write<Uint8Array>[]): Storage<Uint8Array> {
  return {
    load: async () => ({ state: 'kept', writeIndex: 1, writes }),
    write: async () => {},
    close: async () => {},
  };
}

describe('readableStorage', () => {
  const values = new Values(thisVersion);

  function load(applied: number, ...writes: Write<Uint8Array>[]): Promise<unknown> {
    const loading = readableStorage(storageOf(...writes), { applied, values }).load();
    return loading.then(
      (memory) => memory.writes,
      (error: unknown) => error,
    );
  }

  it('gives back what was written', async () => {
    const writes: Write<Uint8Array>[] = [
      { type: 'reserved', round: 7 },
      { type: 'accepted', seq: 5, ballot, value: noop },
      { type: 'decided', seq: 5 },
      { type: 'decided', seq: 6, value: noop },
    ];
    expect(await load(-1, ...writes)).to.deep.equal(writes);
  });

  it('refuses a vote and a decision that cannot be applied, and names the instance', async () => {
    for (const write of [
      { type: 'accepted', seq: 5, ballot, value: poison },
      { type: 'decided', seq: 5, value: poison },
    ] as const) {
      const error = await load(4, { type: 'reserved', round: 7 }, write);
      expect(error).to.be.instanceOf(UnreadableValueError).with.property('instance', 5);
    }
  });

  it('does not read again what is in the state', async () => {
    expect(await load(5, { type: 'decided', seq: 5, value: poison })).to.have.length(1);
  });

  it('leaves a raise to a higher level to the replica, which stops at it', async () => {
    const value = encodeLevelRaise(thisVersion.highest + 1);
    expect(await load(-1, { type: 'decided', seq: 5, value })).to.have.length(1);
  });

  it('reads all above the state, and passes on what is written and that it closes', async () => {
    const error = await load(5, { type: 'decided', seq: 6, value: poison });
    expect(error).to.be.instanceOf(UnreadableValueError).with.property('instance', 6);
    const calls: unknown[] = [];
    const storage = readableStorage(
      {
        load: () => Promise.reject(new Error('EIO')),
        write: async (writes) => void calls.push(writes),
        close: async () => void calls.push('closed'),
      },
      { applied: -1, values },
    );
    const writes = [{ type: 'reserved', round: 7 }] as const;
    await storage.write(writes);
    await storage.close();
    expect(calls).to.deep.equal([writes, 'closed']);
    expect(await storage.load().catch(String)).to.equal('Error: EIO');
  });
});
