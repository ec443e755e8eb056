/** Opens the log of a journal, or refuses it: no record that is needed may be missing at either end. */

import { DiskError, repairAdvice } from '../disk-error.ts';
import type { JournalMemory } from './journal-memory.ts';
import type { JournalOwner } from './journal-owner.ts';
import { damagedSegment } from './log-damage.ts';
import type { RememberedWrites } from './remembered-writes.ts';
import { type LogOptions, SegmentedLog } from './segmented-log.ts';

/**
 * Opens the log, and fills the memory and `writes` from its records. Makes a log where there is none.
 *
 * @throws DiskError `DISK_AMNESIA`, `DISK_JOURNAL_DAMAGED`, `DISK_NEWER_FORMAT`. Any error of the file system.
 */
export async function openJournalLog(
  options: LogOptions,
  owner: JournalOwner,
  { memory, writes }: { readonly memory: JournalMemory; readonly writes: RememberedWrites },
): Promise<SegmentedLog> {
  const opened = await SegmentedLog.open(options, (record) => memory.addRecord(record, writes));
  if (opened.type !== 'whole') {
    expectNoVotes(opened.type, owner);
    return SegmentedLog.create(options);
  }
  const { log } = opened;
  try {
    expectBeginning(log, memory);
    expectEnd(log, memory, owner);
    await log.start();
    log.dropBefore(log.sequenceFrom(memory.checkpoint.from));
    return log;
  } catch (cause) {
    await log.close();
    throw cause;
  }
}

/** Safety: an absent journal counts as lost once the loss is recorded, or if none is known to have existed. */
function expectNoVotes(type: 'absent' | 'empty', owner: JournalOwner): void {
  if (type === 'absent' ? owner.writeIndexReached === 0 : !owner.hasVoted) return;
  const message = `The node has voted, and its journal is ${type}. ${repairAdvice}`;
  throw new DiskError('DISK_AMNESIA', message);
}

/** A checkpoint says which records are still needed. All of them must be there. */
function expectBeginning(log: SegmentedLog, { checkpoint }: JournalMemory): void {
  if (log.firstIndex <= checkpoint.from) return;
  const { leftover } = log;
  const reason = `fragment ${checkpoint.from} and those behind it are missing before fragment ${log.firstIndex}`;
  if (leftover === undefined) throw damagedSegment(log.firstPlace, reason);
  throw damagedSegment(leftover.place, `${leftover.reason}, and ${reason}`);
}

function expectEnd(log: SegmentedLog, memory: JournalMemory, owner: JournalOwner): void {
  if (memory.writeIndex >= owner.writeIndexReached) return;
  const reason = `it ends with write ${memory.writeIndex}, and write ${owner.writeIndexReached} was made`;
  throw damagedSegment(log.lastPlace, reason);
}
