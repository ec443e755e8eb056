export {
  type DataDirectory,
  type DataDirectoryOptions,
  openDataDirectory,
  type StateDatabase,
} from './data-directory.ts';
export { DiskError, type DiskErrorCode } from './disk-error.ts';
export { Identity, type NodeName } from './identity.ts';
export { Journal, type JournalOwner } from './journal/journal.ts';
