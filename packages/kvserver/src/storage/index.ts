export {
  type DataDirectory,
  type DataDirectoryOptions,
  openDataDirectory,
} from './data-directory.ts';
export { DiskError, type DiskErrorCode } from './disk-error.ts';
export { Identity, type NodeName } from './identity.ts';
export { Journal, type JournalOwner } from './journal/journal.ts';
export { type DamagedPart, quarantine } from './quarantine.ts';
export type { StateDatabase } from './state/state-directory.ts';
export {
  SegmentedJournal,
  type SegmentedJournalOptions,
  type SegmentFile,
  type SegmentFiles,
} from './wal/index.ts';
