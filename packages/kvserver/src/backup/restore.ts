/**
 * Restores a backup as a new cluster: the data directories of its members, all of them or one at a time.
 * Rule: nothing is written before the whole backup was verified, and no member is complete before all of them are filled.
 */
import { BackupError } from './backup-error.ts';
import type { BackupListener, VerifiedBackup } from './backup-reader.ts';
import { inNewCluster } from './new-incarnation.ts';
import { completeMember, fillMember, type Member, prepareMember } from './restored-member.ts';

/** What to restore, and as which cluster. */
export interface RestoreOptions {
  /** The members to restore now, of such a backup. Those that are restored elsewhere must get the same one. */
  readonly members: (backup: VerifiedBackup) => readonly Member[];
  /** Random text that names the new cluster. Members that are restored elsewhere must get the same one. */
  readonly seed: string;
  /** Reads the whole backup and verifies it. Called once for the backup, then once for each member. */
  readonly read: (listener: BackupListener) => Promise<VerifiedBackup>;
}

/** A backup that was restored, and the members that hold it now. */
export interface RestoredBackup {
  readonly backup: VerifiedBackup;
  readonly members: readonly Member[];
}

/** @throws BackupError, DiskError, StateError; what `members` and `read` throw. Members that are not complete are refused by servers. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredBackup> {
  const { read, seed } = options;
  const backup = await read({});
  const members = options.members(backup);
  for (const member of members) await prepareMember(member);
  for (const member of members) {
    const rows = async (onRows: Exclude<BackupListener['onRows'], undefined>) => {
      const again = await read({ onRows });
      expectSame(again, backup);
      return again.header;
    };
    const { clusterId, nodeCount } = member;
    const origin = { seed, checksum: backup.checksum, clusterId, nodeCount };
    await fillMember(member, rows, (position) => inNewCluster(position, origin));
  }
  for (const member of members) await completeMember(member);
  return { backup, members };
}

/** Safety: a file that was replaced meanwhile would give the members different states. */
function expectSame(one: VerifiedBackup, other: VerifiedBackup): void {
  if (one.checksum === other.checksum) return;
  throw new BackupError('BACKUP_DAMAGED', 'The backup was replaced while it was being restored.');
}
