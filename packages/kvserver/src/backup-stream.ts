/** Begins backups of an open node: waits for the position that is asked for, and opens the state there. */
import type { Consistency, Request } from '@paxkv/protocol';
import { writeBackup } from './backup/backup-writer.ts';
import type { Config } from './config/settings.ts';
import type { StateExports } from './replica/catch-up/state-exports.ts';
import type { Submitter } from './replica/index.ts';
import { version } from './system/version.ts';

/** How a backup is taken. */
export interface BackupOptions {
  /**
   * `linearizable`, the default: with every write that was acknowledged anywhere before the call. `serializable`:
   * what this server has applied, also without a majority.
   */
  readonly consistency?: Consistency;
  /** Ends the wait for the position. */
  readonly signal?: AbortSignal | undefined;
}

/** Once a get of any key is answered, the server has applied all that was acknowledged before it. */
const anyGet: Request = { command: { type: 'get', key: Uint8Array.of(0) } };

/** @throws KvError */
export async function openBackup(
  {
    replica,
    exports,
  }: { readonly replica: Pick<Submitter, 'submit'>; readonly exports: Pick<StateExports, 'open'> },
  {
    clusterId: cluster,
    nodeId: node,
    addresses,
  }: Pick<Config, 'clusterId' | 'nodeId' | 'addresses'>,
  { consistency = 'linearizable', signal }: BackupOptions,
): Promise<AsyncIterableIterator<Uint8Array>> {
  if (consistency === 'linearizable') await replica.submit(anyGet, { signal });
  const source = await exports.open();
  const takenAt = new Date().toISOString();
  const nodeCount = addresses.length;
  return writeBackup(source, { cluster, nodeCount, node, version, takenAt, consistency });
}
