/**
 * Everything that one node keeps on disk. It opens the identity, the journal and the state, in this order, and
 * modifies nothing before the owner is known.
 *
 * ```text
 *   identity.json   the node it belongs to, and whether it has voted
 *   journal/        promises and votes, in segments of a write-ahead log
 *   state/          the applied state, in LevelDB
 *   log-window/     opened by the node: decided values that left memory. May be lost
 *   history/        opened by the node: the latest changes. May be lost
 *   trace/          opened by the node: the recording of the flight recorder, if there is one. May be lost
 * ```
 */
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DiskError, hasCode, repairAdvice, toDiskError } from './disk-error.ts';
import { syncDirectory } from './durable-file.ts';
import { Identity, type NodeName } from './identity.ts';
import { Journal, type JournalOptions } from './journal/index.ts';
import type { TableAudit } from './leveldb/table-audit.ts';
import { createPrivately, makePrivate } from './private-directory.ts';
import { type StateDatabase, StateDirectory } from './state/state-directory.ts';

export interface DataDirectory {
  readonly identity: Identity;
  readonly journal: Journal;
  /** The current state database. Each `replaceState` replaces it. */
  readonly state: StateDatabase;
  /** Verifies the tables that `state` had when the directory was opened. */
  readonly tables: TableAudit;
  /** See {@link StateDirectory.replace}. */
  replaceState(fill: (database: StateDatabase) => Promise<void>): Promise<StateDatabase>;
  /** Called after the last write has settled. May be called more than once. */
  close(): Promise<void>;
}

export interface DataDirectoryOptions extends NodeName {
  /** The path of the directory. It is created if its parent exists. */
  readonly path: string;
  /** The size of each new segment of the journal in bytes. Default: see {@link JournalOptions}. */
  readonly segmentBytes?: number;
  /** Learns how long each flushed write to the journal took, in milliseconds. */
  readonly onFlushed?: (tookMs: number) => void;
}

/** @throws DiskError with any code but `DISK_FAILED`. */
export async function openDataDirectory(options: DataDirectoryOptions): Promise<DataDirectory> {
  const path = resolve(options.path);
  createPrivately();
  const identity = await openIdentity(path, options);
  await makePrivate(path).catch((cause: unknown) => {
    throw toDiskError(`use ${path} for data`, cause);
  });
  const journal = await Journal.open({
    directory: join(path, 'journal'),
    owner: identity,
    segmentBytes: options.segmentBytes,
    onFlushed: options.onFlushed,
  });
  try {
    const state = await StateDirectory.open(path, {
      isNew: identity.bootCount === 0,
      onLost: () => identity.markStateLost(),
    });
    try {
      await syncDirectory(path);
      await identity.markBoot(journal.writeIndex);
    } catch (cause) {
      await state.close();
      throw toDiskError(`use ${path} for data`, cause);
    }
    return {
      identity,
      journal,
      get state() {
        return state.database;
      },
      tables: state.tables,
      replaceState: (fill) => state.replace(fill),
      close: () => closeAll(identity, journal, state),
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function openIdentity(path: string, node: NodeName): Promise<Identity> {
  const file = join(path, 'identity.json');
  const found = await Identity.read(file, node);
  if (found !== undefined) return found;
  await prepareDirectory(path);
  return Identity.create(file, node);
}

/** Creates the directory, or uses an empty one. */
async function prepareDirectory(path: string): Promise<void> {
  try {
    const isCreated = await mkdirIfAbsent(path);
    if (isCreated) await syncDirectory(dirname(path));
    expectEmpty(path, await readdir(path));
    await chmod(path, 0o700);
  } catch (cause) {
    throw toDiskError(`use ${path} for data`, cause);
  }
}

async function mkdirIfAbsent(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return false;
    throw cause;
  }
}

/** Where a restore makes the data of a node, inside of its directory. */
export const restoreFolder = 'restore.partial';

/** Safety: data without an identity may hold votes. A node that starts anew beside it would forget them. */
function expectEmpty(path: string, names: readonly string[]): void {
  if (names.includes(restoreFolder)) {
    const message = `${path} holds a restore that did not end. Delete its content, and restore again.`;
    throw new DiskError('DISK_UNUSABLE', message);
  }
  if (
    names.some((name) => /^(?:journal|state|history|log-window|identity\.json\.damaged)/.test(name))
  ) {
    const message = `${path} holds data, but identity.json is missing. ${repairAdvice}`;
    throw new DiskError('DISK_IDENTITY_DAMAGED', message);
  }
  const others = names.filter((name) => !['identity.json.new', 'lost+found'].includes(name));
  if (others.length > 0) {
    const message = `${path} is not a data directory: it holds ${others[0]}. Use an empty directory.`;
    throw new DiskError('DISK_UNUSABLE', message);
  }
}

async function closeAll(
  identity: Identity,
  journal: Journal,
  state: StateDirectory,
): Promise<void> {
  await Promise.all([journal.close(), state.close()]);
  try {
    await identity.markReached(journal.writeIndex);
  } catch {
    // A full disk must not prevent closing. A lost end of the journal is then noticed by peers alone.
  }
}
