/** What tests expect of a journal. */
import { DiskError, type Journal } from '@paxkv/kvserver/internal/storage/index';
import type { Write } from '@paxkv/paxos';
import { expect } from 'chai';

export async function loadWrites(journal: Journal): Promise<Write<Uint8Array>[]> {
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
