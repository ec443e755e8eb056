/**
 * How far the journal beside a state had come when the state was last written. A journal cannot tell
 * from within that its end is missing; the state remembers for it.
 */
import { toCount } from '@paxkv/protocol';
import { attempt } from './attempt.ts';
import { journalKey } from './row-keys.ts';
import { unseal } from './sealed-row.ts';
import type { StateLevel, WriteOptions } from './state-database.ts';

/** The highest turn that the journal must have; 0 if nothing is known. @throws StateError */
export async function readJournalMark(level: StateLevel): Promise<number> {
  const row = await attempt('read the mark of the journal', () => level.get(journalKey));
  return row === undefined ? 0 : unseal(journalKey, row, ([turn]) => toCount(turn));
}

/** To be called when the journal begins anew. @throws StateError */
export async function clearJournalMark(level: StateLevel): Promise<void> {
  const options: WriteOptions = { sync: true };
  await attempt('clear the mark of the journal', () =>
    level.batch([{ type: 'del', key: journalKey }], options),
  );
}
