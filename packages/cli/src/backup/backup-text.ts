/** What the commands say about a backup that they have read to its end. */
import type { VerifiedBackup } from '@paxkv/kvserver';
import { sizeText } from './backup-progress.ts';

/** One line for people. */
export function toBackupText({ header, totals, checksum, bytes }: VerifiedBackup): string {
  const { cluster, revision, applied, takenAt } = header;
  const { entries, sessions } = totals;
  return [
    `cluster ${cluster} at revision ${revision} (instance ${applied}), begun at ${takenAt}`,
    `${entries} entries, ${sessions} sessions, ${sizeText(bytes)}, checksum ${checksum}`,
  ].join('\n');
}

/** The same and more, for `--json`. */
export function toBackupJson({ header, totals, checksum, bytes }: VerifiedBackup): object {
  return { ...header, totals, bytes, checksum };
}
