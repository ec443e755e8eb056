/**
 * The data directory of one member of a restored cluster. It is made inside of the directory, under a name that no
 * server starts with, and moved into its place in the end, the identity last.
 *
 * The member is one that never lost its memory, has applied everything up to the position, has forgotten all of that,
 * and has voted for nothing above it: docs/protocol.md, "Restoring a cluster".
 */
import { chmod, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Position } from '../state-machine/state-store.ts';
import { type DataDirectory, openDataDirectory, restoreFolder } from '../storage/data-directory.ts';
import { DiskError, toDiskError } from '../storage/disk-error.ts';
import { syncDirectory } from '../storage/durable-file.ts';
import type { NodeName } from '../storage/identity.ts';
import type { StateRow } from '../storage/state/row-audit.ts';
import { StateImport } from '../storage/state/state-import.ts';

/** The name of a node, and its data directory. */
export interface Member extends NodeName {
  readonly path: string;
}

/** Hands rows over, and resolves with the position once all of them were verified. */
export type RowSource = (
  onRows: (rows: readonly StateRow[]) => Promise<void>,
) => Promise<{ readonly applied: number }>;

const identityFile = 'identity.json';

/** Creates the directory if it is absent. @throws DiskError `DISK_UNUSABLE` unless it is empty. */
export async function prepareMember({ path }: Member): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700, recursive: true });
    const [name] = (await readdir(path)).filter((each) => each !== 'lost+found');
    if (name !== undefined) {
      const what = name === restoreFolder ? 'a restore that did not end' : name;
      const message = `${path} holds ${what}. A member is restored into an empty directory.`;
      throw new DiskError('DISK_UNUSABLE', message);
    }
    await chmod(path, 0o700);
    await syncDirectory(dirname(path));
  } catch (cause) {
    throw toDiskError(`use ${path} for data`, cause);
  }
}

/**
 * Makes the data of the member, durable once it resolves, and not in its place yet. `change`: what of the position
 * differs in the new cluster.
 *
 * @throws DiskError, StateError; what `rows` throws
 */
export async function fillMember(
  { path, ...name }: Member,
  rows: RowSource,
  change: (position: Position) => Position,
): Promise<void> {
  const data = await openDataDirectory({ ...name, path: join(path, restoreFolder) });
  try {
    const position = await importRows(data, rows, change);
    // Safety: below the position it refuses every request, as a peer that has forgotten what it voted for.
    await data.journal.write([{ type: 'forgotten', min: position.applied + 1 }]);
    await data.identity.markVoted();
    await data.identity.markLevel(position.featureLevel);
    const { incarnation } = position;
    if (incarnation !== undefined) await data.identity.markIncarnation(incarnation);
  } finally {
    await data.close();
  }
}

/** Moves the data into its place. After a crash in between no server starts in the directory. @throws DiskError */
export async function completeMember({ path }: Member): Promise<void> {
  const folder = join(path, restoreFolder);
  try {
    const names = (await readdir(folder)).filter((name) => name !== identityFile);
    for (const name of names) await rename(join(folder, name), join(path, name));
    await syncDirectory(path);
    // Safety: a directory without an identity, beside this folder, is refused.
    await rename(join(folder, identityFile), join(path, identityFile));
    await syncDirectory(path);
    await rmdir(folder);
  } catch (cause) {
    throw toDiskError(`complete ${path}`, cause);
  }
}

async function importRows(
  data: DataDirectory,
  rows: RowSource,
  change: (position: Position) => Position,
): Promise<Position> {
  let position: Position | undefined;
  await data.replaceState(async (database) => {
    const taken = new StateImport(database);
    const { applied } = await rows((some) => taken.add(some));
    position = await taken.finish(applied, change);
  });
  if (position === undefined) throw new Error('a state that was replaced has a position');
  return position;
}
