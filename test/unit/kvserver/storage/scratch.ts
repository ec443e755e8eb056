/** Real directories for tests of the storage, and simulated crashes and disk damage. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DiskError,
  Journal,
  type JournalOptions,
  type JournalOwner,
} from '@paxkv/kvserver/internal/storage/index';
import type { Write } from '@paxkv/paxos';

/** Temporary directories, deleted after the test that created them. */
export class Scratch {
  readonly #paths: string[] = [];

  async directory(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'paxkv-disk-'));
    this.#paths.push(path);
    return path;
  }

  /** The files as a crash leaves them: everything that was written, without an orderly close. */
  async crashed(path: string): Promise<string> {
    const copy = await this.directory();
    await cp(path, copy, { recursive: true, filter: (name) => !name.endsWith('LOCK') });
    return copy;
  }

  async clear(): Promise<void> {
    await Promise.all(this.#paths.splice(0).map((path) => rm(path, { recursive: true })));
  }
}

/** An identity kept in memory. */
export class OwnerInMemory implements JournalOwner {
  readonly name: string;
  hasVoted = false;
  writeIndexReached = 0;

  constructor(name = 'tests/0') {
    this.name = name;
  }

  async markVoted(): Promise<void> {
    this.hasVoted = true;
  }
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A vote for the instance with this seq. */
export function voteFor(seq: number, value = `value ${seq}`): Write<Uint8Array> {
  return { type: 'accepted', seq, ballot: { round: 1, peer: 0 }, value: bytesOf(value) };
}

/** With bytes as numbers, so that a Buffer equals a Uint8Array with the same content. */
export function plain(write: Write<Uint8Array>): object {
  return 'value' in write && write.value ? { ...write, value: [...write.value] } : write;
}

/** Closes after use, also when `use` fails. */
export async function withJournal<T>(
  options: JournalOptions & { directory: string },
  use: (journal: Journal) => Promise<T>,
): Promise<T> {
  const journal = await Journal.open(options);
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

/** Content by relative path, without LevelDB's own LOG and LOCK files. */
export async function contentOf(path: string): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /^(LOG|LOG\.old|LOCK)$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    content.set(file.slice(path.length), (await readFile(file)).toString('hex'));
  }
  return content;
}

/** The error of an opening that must fail. */
export async function refusalOf(opening: Promise<unknown>): Promise<DiskError> {
  const outcome = await opening.catch((reason: unknown) => reason);
  if (outcome instanceof DiskError) return outcome;
  if (outcome instanceof Error) throw outcome;
  throw new Error('it was opened');
}
