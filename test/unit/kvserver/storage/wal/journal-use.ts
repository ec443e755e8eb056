/** How tests use a segmented journal. */
import {
  DiskError,
  SegmentedJournal,
  type SegmentedJournalOptions,
} from '@paxkv/kvserver/internal/storage/index';
import type { Write } from '@paxkv/paxos';
import { expect } from 'chai';

/** Closes after use, also when use fails. */
export async function withSegmentedJournal<T>(
  options: SegmentedJournalOptions & { directory: string },
  use: (journal: SegmentedJournal) => Promise<T>,
): Promise<T> {
  const journal = await SegmentedJournal.open(options);
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

export async function loadWrites(journal: SegmentedJournal): Promise<Write<Uint8Array>[]> {
  return [...(await journal.load()).writes];
}

export async function expectFailed(writing: Promise<void>): Promise<unknown> {
  const error = await writing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(DiskError).with.property('code', 'DISK_FAILED');
  return error;
}
