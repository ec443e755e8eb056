/** Errors of reading a backup, each with a stable code. Nothing was restored where one of them is thrown: *not done*. */

/**
 * - `BACKUP_UNKNOWN_FORMAT`: the file is no backup, or one of a format or feature level that this version does not read.
 * - `BACKUP_INCOMPLETE`: the file ends before its last chunk. Its backup was interrupted, or the file was cut.
 * - `BACKUP_DAMAGED`: a checksum, the order of chunks or rows, or a count is wrong.
 */
export type BackupErrorCode = 'BACKUP_UNKNOWN_FORMAT' | 'BACKUP_INCOMPLETE' | 'BACKUP_DAMAGED';

/** The message says what is wrong, and at which byte of the file. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;

  constructor(code: BackupErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
