/**
 * A cluster that is stopped by surprise and made anew at the same addresses, empty or from a backup. What it had is
 * started at other addresses and read, so that nothing is taken on trust.
 */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { paths } from '@paxkv/protocol';
import { RecordedClient } from '../../history/recorded-client.ts';
import { entriesIn, rowsInBackup } from '../../process/backup/stored-rows.ts';
import { runCommand } from '../../process/command.ts';
import { ProcessCluster } from '../../process/process-cluster.ts';
import type { FinalAnswers } from '../run/audit.ts';
import { type Contents, nameKey, type Origin, Place } from './place.ts';

const pollMs = 50;

/** What a place had in the end. */
export interface Remains {
  /** All keys, also those of others. */
  readonly contents: Contents;
  /** The keys of the place as each node reads them. */
  readonly answers: FinalAnswers;
}

/** Starts the present incarnation of a running cluster. */
export async function foundPlace(
  cluster: ProcessCluster,
  name: string,
  origin?: Origin,
): Promise<Place> {
  const incarnation = await incarnationOf(cluster);
  await cluster.client().put(nameKey, name);
  return new Place({ name, addresses: cluster.addresses, incarnation, origin });
}

/** @throws Error if a server does not give a whole backup */
export async function backUp(cluster: ProcessCluster, place: Place, file: string): Promise<Origin> {
  const { kept } = place;
  await download(cluster, file);
  return { kept, place };
}

/** What a running cluster has. */
export async function readRemains(cluster: ProcessCluster, place: Place): Promise<Remains> {
  const answers = await Promise.all(
    cluster.nodes.map(async (node): Promise<[number, Map<string, string | undefined>]> => {
      const client = cluster.client({ nodes: [node] });
      const recorded = new RecordedClient(client, place.recorder.client({ node }));
      const values = new Map<string, string | undefined>();
      for (const key of place.keys) values.set(key, await recorded.get(key));
      await client.close();
      return [node, values];
    }),
  );
  const folder = await mkdtemp(join(tmpdir(), 'paxkv-remains-'));
  try {
    const file = join(folder, 'backup');
    await download(cluster, file);
    const { rows } = await rowsInBackup(file);
    const entries = [...entriesIn(rows)].map(([key, { value }]) => [key, value] as const);
    return { contents: new Map(entries), answers: new Map(answers) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Takes the data from a cluster whose processes have ended. Resolves with the directories, by node. */
export async function takeData(cluster: ProcessCluster, folder: string): Promise<string[]> {
  return Promise.all(
    cluster.nodes.map(async (node) => {
      const moved = join(folder, `former-${node}`);
      await rename(cluster.directoryOf(node), moved);
      return moved;
    }),
  );
}

/** Starts a cluster on these directories at other addresses, reads it, and deletes it. */
export async function readFormer(moved: readonly string[], place: Place): Promise<Remains> {
  const former = await ProcessCluster.start({
    nodeCount: moved.length,
    prepare: async (directories) => {
      for (const [node, directory] of directories.entries()) {
        await rename(moved[node] ?? '', directory);
      }
    },
  });
  try {
    return await readRemains(former, place);
  } finally {
    await former.close();
  }
}

/** Starts a cluster without data anew, empty or with what is in the backup `file`. */
export async function remake(cluster: ProcessCluster, file: string | undefined): Promise<void> {
  if (file !== undefined) {
    const data = join(cluster.directoryOf(0), '..');
    await run(cluster, ['restore', file, '--data', data]);
  }
  await cluster.restart(...cluster.nodes);
}

/** Resolves when all servers have learned it. */
async function incarnationOf(cluster: ProcessCluster): Promise<string> {
  for (;;) {
    const statuses = await Promise.all(cluster.nodes.map((node) => cluster.status(node)));
    const [first, ...others] = statuses.map(({ incarnation }) => incarnation);
    if (first !== undefined && others.every((other) => other === first)) return first;
    await pause(pollMs);
  }
}

async function download({ addresses }: ProcessCluster, file: string): Promise<void> {
  const response = await fetch(`http://${addresses[0]}${paths.backup}`);
  if (!response.ok) throw new Error(`no backup: ${await response.text()}`);
  await writeFile(file, new Uint8Array(await response.arrayBuffer()));
}

async function run({ addresses }: ProcessCluster, words: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(addresses, words);
  if (code !== 0) throw new Error(`paxkv ${words.join(' ')}: ${stderr}`);
}
