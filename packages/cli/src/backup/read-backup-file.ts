/** Reads a backup from a file, and verifies all of it. */
import { createReadStream } from 'node:fs';
import { BackupError, type BackupListener, readBackup, type VerifiedBackup } from '@paxkv/kvserver';
import { CliError, messageOf } from '../cli-error.ts';
import type { BackupProgress } from './backup-progress.ts';

/**
 * @throws CliError `BACKUP_…` if the file is no complete, intact backup that this version reads; `CLI_FILE` if it cannot
 *   be read.
 */
export async function readBackupFile(
  path: string,
  progress: BackupProgress,
  { onHeader, onRows }: BackupListener = {},
): Promise<VerifiedBackup> {
  try {
    return await readBackup(piecesOf(path, progress), {
      onHeader: (header) => {
        progress.begin(header.rows);
        onHeader?.(header);
      },
      onRows: async (rows) => {
        await onRows?.(rows);
        progress.addRows(rows.length);
      },
    });
  } catch (cause) {
    if (!(cause instanceof BackupError)) throw cause;
    throw new CliError(cause.code, `${path}: ${cause.message} (${cause.code})`, { cause });
  }
}

async function* piecesOf(path: string, progress: BackupProgress): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(path)) {
      progress.addBytes(piece.length);
      yield piece;
    }
  } catch (cause) {
    throw new CliError('CLI_FILE', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
