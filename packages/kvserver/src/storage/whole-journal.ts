/** Compares the journal of a node with what its state recorded of it. */
import type { DataDirectory } from './data-directory.ts';
import { DiskError } from './disk-error.ts';
import { clearJournalMark, readJournalMark } from './state/journal-mark.ts';
import type { StateLevel } from './state/state-database.ts';

interface JournalAndState {
  readonly journal: Pick<DataDirectory['journal'], 'writeIndex'>;
  readonly state: StateLevel;
}

/**
 * Safety: a journal that lost its end still looks whole. The state records how far the journal reached.
 *
 * @throws DiskError `DISK_JOURNAL_DAMAGED`
 */
export async function expectWholeJournal({ journal, state }: JournalAndState): Promise<void> {
  const { writeIndex } = journal;
  if (writeIndex === 0) {
    await clearJournalMark(state);
    return;
  }
  const mark = await readJournalMark(state);
  if (writeIndex >= mark) return;
  const message = `The journal ends at write ${writeIndex}, but the state was written after write ${mark}.`;
  throw new DiskError('DISK_JOURNAL_DAMAGED', message);
}
