import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import {
  clearJournalMark,
  readJournalMark,
} from '@paxkv/kvserver/internal/storage/state/journal-mark';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { StateExport } from '@paxkv/kvserver/internal/storage/state/state-export';
import { expect } from 'chai';
import { applyNext, memoryLevel, put } from '../../state-machine/fixtures.ts';

describe('Mark of the journal', () => {
  it('records the write index of the journal at the last write', async () => {
    const level = memoryLevel();
    let turn = 3;
    const machine = await StateMachine.open(new StateDatabase(level, { journalIndex: () => turn }));
    expect(await readJournalMark(level)).to.equal(0);
    await applyNext(machine, put('k', 'v'));
    turn = 7;
    expect(await readJournalMark(level)).to.equal(3);
    await applyNext(machine, put('k', 'w'));
    expect(await readJournalMark(level)).to.equal(7);
    await clearJournalMark(level);
    expect(await readJournalMark(level)).to.equal(0);
  });

  it('is no part of the state: it changes no hash, and is not sent to other replicas', async () => {
    const [marked, plain] = [memoryLevel(), memoryLevel()];
    const machines = [
      await StateMachine.open(new StateDatabase(marked, { journalIndex: () => 3 })),
      await StateMachine.open(new StateDatabase(plain)),
    ];
    for (const machine of machines) await applyNext(machine, put('k', 'v'));
    const [one, other] = await Promise.all(machines.map((machine) => machine.contentHash()));
    expect(one).to.equal(other);
    const source = await StateExport.open(marked);
    expect((await source.next(1_000_000)).rows).to.have.length(2);
    expect(await StateMachine.open(new StateDatabase(marked))).to.include({ applied: 0 });
  });
});
