import { journalKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { seal } from '@paxkv/kvserver/internal/storage/state/rows';
import { expectWholeJournal } from '@paxkv/kvserver/internal/storage/whole-journal';
import { expect } from 'chai';
import { memoryLevel } from '../state-machine/fixtures.ts';
import { refusalOf } from './scratch.ts';

/** The state of a node that was last written when its journal had reached this write. */
async function stateAt(mark?: number) {
  const level = memoryLevel();
  if (mark !== undefined) await level.put(journalKey, seal(journalKey, [mark]));
  return level;
}

describe('Journal beside its state', () => {
  it('is whole if it reaches the write that the state names, or one behind it', async () => {
    for (const [writeIndex, mark] of [
      [7, 7],
      [8, 7],
      [7, 0],
      [7, undefined],
    ] as const) {
      const state = await stateAt(mark);
      await expectWholeJournal({ journal: { writeIndex }, state });
      expect((await state.get(journalKey)) === undefined).to.equal(mark === undefined);
    }
  });

  it('has lost its end if it does not', async () => {
    for (const writeIndex of [1, 6]) {
      const state = await stateAt(7);
      const refusal = await refusalOf(expectWholeJournal({ journal: { writeIndex }, state }));
      expect(refusal.code).to.equal('DISK_JOURNAL_DAMAGED');
      expect(refusal.message).to.include(`at write ${writeIndex}, but`).and.to.include('write 7');
    }
  });

  it('begins anew without a mark, once its loss was recorded elsewhere', async () => {
    const state = await stateAt(7);
    await expectWholeJournal({ journal: { writeIndex: 0 }, state });
    await expectWholeJournal({ journal: { writeIndex: 1 }, state });
    expect(await state.get(journalKey)).to.equal(undefined);
  });
});
