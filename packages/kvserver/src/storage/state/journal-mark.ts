/**
 * The write index of the journal at the time the state was last written. A journal cannot detect
 * on its own that its end is missing, so the state records how far it went.
 */
import { toCount } from '@paxkv/protocol';
import { attempt } from './attempt.ts';
import { journalKey } from './row-keys.ts';
import { unseal } from './rows.ts';
import type { StateLevel, WriteOptions } from './state-database.ts';

/** The write index that the journal must have reached; 0 if none is recorded. @throws StateError */
export async function readJournalMark(level: StateLevel): Promise<number> {
  const row = await attempt('read the recorded write index of the journal', () =>
    level.get(journalKey),
  );
  return row === undefined ? 0 : unseal(journalKey, row, ([writeIndex]) => toCount(writeIndex));
}

/** Called when the journal starts again empty. @throws StateError */
export async function clearJournalMark(level: StateLevel): Promise<void> {
  const options: WriteOptions = { sync: true };
  await attempt('clear the recorded write index of the journal', () =>
    level.batch([{ type: 'del', key: journalKey }], options),
  );
}
