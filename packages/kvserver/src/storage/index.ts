export {
  type DataDirectory,
  type DataDirectoryOptions,
  openDataDirectory,
} from './data-directory.ts';
export { DiskError, type DiskErrorCode } from './disk-error.ts';
export { type DiskUse, readDiskUse } from './disk-use.ts';
export { HistoryLog, type HistoryLogOptions } from './history/history-log.ts';
export { Identity, type NodeName } from './identity.ts';
export {
  type DiskTimes,
  Journal,
  type JournalOptions,
  type JournalOwner,
  type SegmentFile,
  type SegmentFiles,
  type SlowWrites,
} from './journal/index.ts';
export { LogWindow, type LogWindowOptions } from './log-window/log-window.ts';
export { NodeAppendFiles } from './node-append-files.ts';
export { type DamagedPart, quarantine } from './quarantine.ts';
export type { StateDatabase } from './state/state-directory.ts';
export { expectWholeJournal } from './whole-journal.ts';
