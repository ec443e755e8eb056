/**
 * Takes one backup, from the first server that gives it to its end. A backup that breaks off begins anew at the next
 * server, since the state has changed meanwhile.
 * Rule: everything is verified on its way, and nothing counts before the last chunk was.
 */
import { BackupError, readBackup, type VerifiedBackup } from '@paxkv/kvserver';
import { CliError } from '../cli-error.ts';
import { addressOf } from '../server-notes.ts';
import type { BackupProgress } from './backup-progress.ts';
import { DownloadError, type DownloadOptions, download } from './download.ts';

/** Where the bytes go. */
export interface BackupSink {
  /** @throws CliError */
  write(bytes: Uint8Array): Promise<void>;
  /** Drops what was written. @throws CliError if that is impossible */
  restart(): Promise<void>;
}

export interface TakeOptions extends Omit<DownloadOptions, 'endpoint'> {
  /** In the order in which they are asked. */
  readonly endpoints: readonly string[];
  readonly sink: BackupSink;
  readonly progress: BackupProgress;
  readonly note: (line: string) => void;
}

export interface TakenBackup extends VerifiedBackup {
  readonly endpoint: string;
}

/** How often each server is asked: it may have been busy with another backup. */
const roundCount = 2;

/** @throws CliError `CLI_NO_BACKUP` if no server gives a backup; what `sink` throws */
export async function takeBackup(options: TakeOptions): Promise<TakenBackup> {
  const { endpoints, sink, note } = options;
  const reasons = new Map<string, string>();
  for (let round = 0; round < roundCount; round += 1) {
    for (const endpoint of endpoints) {
      try {
        return await takeFrom(endpoint, options);
      } catch (error) {
        const isOfServer = error instanceof DownloadError || error instanceof BackupError;
        if (!isOfServer) throw error;
        reasons.set(endpoint, error.message);
        note(`no backup from ${addressOf(endpoint)}: ${error.message}`);
      }
      await sink.restart();
    }
  }
  const lines = [...reasons].map(([endpoint, reason]) => `${addressOf(endpoint)}: ${reason}`);
  throw new CliError('CLI_NO_BACKUP', ['no server gives a complete backup', ...lines]);
}

async function takeFrom(endpoint: string, options: TakeOptions): Promise<TakenBackup> {
  const { isSerializable, idleMs, progress, credentials = {} } = options;
  const pieces = download({ endpoint, credentials, isSerializable, idleMs });
  const backup = await readBackup(writing(pieces, options), {
    onHeader: ({ rows }) => progress.begin(rows),
    onRows: (rows) => progress.addRows(rows.length),
  });
  return { ...backup, endpoint };
}

/** The same pieces, each after it was written. */
async function* writing(
  pieces: AsyncIterable<Uint8Array>,
  { sink, progress }: TakeOptions,
): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    await sink.write(piece);
    progress.addBytes(piece.length);
    yield piece;
  }
}
