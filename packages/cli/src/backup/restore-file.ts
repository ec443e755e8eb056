/** Restores the nodes of a new cluster from a file. */
import {
  type BackupHeader,
  DiskError,
  type Member,
  type RestoredBackup,
  restoreBackup,
  StateError,
} from '@paxkv/kvserver';
import { CliError, messageOf } from '../cli-error.ts';
import { BackupProgress } from './backup-progress.ts';
import { readBackupFile } from './read-backup-file.ts';

export interface RestoreFileOptions {
  readonly file: string;
  readonly directoryOf: (node: number) => string;
  /** The node to restore alone. Default: all of them. */
  readonly node: number | undefined;
  /** Default: as many as the cluster of the backup had. */
  readonly nodeCount: number | undefined;
  /** Default: the name of the cluster of the backup. */
  readonly clusterId: string | undefined;
  /** See `RestoreOptions` of the server. */
  readonly seed: string;
  readonly note: (line: string) => void;
}

/**
 * @throws CliError `CLI_USAGE`, `CLI_FILE`, `BACKUP_…`, `DISK_…` or `STATE_…`. No server starts with what was written.
 */
export async function restoreFile(options: RestoreFileOptions): Promise<RestoredBackup> {
  const { file, seed, note } = options;
  const progress = new BackupProgress(note);
  try {
    return await restoreBackup({
      seed,
      members: ({ header }) => membersOf(header, options),
      read: (listener) => readBackupFile(file, progress, listener),
    });
  } catch (cause) {
    if (!(cause instanceof DiskError || cause instanceof StateError)) throw cause;
    throw new CliError(cause.code, `${messageOf(cause)} (${cause.code})`, { cause });
  }
}

function membersOf(header: BackupHeader, options: RestoreFileOptions): Member[] {
  const { directoryOf, node } = options;
  const { nodeCount = header.nodeCount, clusterId = header.cluster } = options;
  const all = Array.from({ length: nodeCount }, (_, nodeId) => nodeId);
  if (node !== undefined && node >= nodeCount) {
    const message = `--node: ${node} is none of the ${nodeCount} nodes; --nodes says how many there are`;
    throw new CliError('CLI_USAGE', message);
  }
  const wanted = all.filter((nodeId) => node === undefined || nodeId === node);
  return wanted.map((nodeId) => ({ nodeId, clusterId, nodeCount, path: directoryOf(nodeId) }));
}
