import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { StateImport } from '@paxkv/kvserver/internal/storage/state/state-import';
import { expect } from 'chai';
import { applyNext, memoryLevel, put } from '../../state-machine/fixtures.ts';
import { intercepted } from '../../state-machine/intercepted.ts';

describe('StateExport', () => {
  it('is a consistent snapshot, also if the state changes while it is being opened', async () => {
    const level = memoryLevel();
    const machine = await StateMachine.open(new StateDatabase(level));
    await applyNext(machine, put('key', 'before'));
    const busy = intercepted(level, {
      get: async (call) => {
        const row = await call();
        await applyNext(machine, put('key', 'after'), put('other', 'after'));
        return row;
      },
    });
    const source = await StateExport.open(busy);
    expect(source.applied).to.equal(0);
    const target = new StateImport(memoryLevel());
    await target.add((await source.next(1_000_000)).rows);
    await target.finish(0);
    await source.close();
  });
});
