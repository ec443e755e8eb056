/** Gives a running server the secrets and certificates that its files have now: on SIGHUP, and when they change. */
import { statSync } from 'node:fs';
import type { CredentialSettings, KvServer } from '@paxkv/kvserver';
import { messageOf } from './cli-error.ts';
import type { Streams } from './streams.ts';

const pollMs = 5000;

/** Where the credentials of a server come from. */
export interface CredentialFiles {
  readonly paths: readonly string[];
  /** @throws Error if a file cannot be used. */
  readonly read: () => CredentialSettings;
}

/** The part of `process` that is needed. */
export interface HangUpSource {
  on(event: 'SIGHUP', listener: () => void): unknown;
  off(event: 'SIGHUP', listener: () => void): unknown;
}

/** Watches until the function that it returns is called. Files that cannot be used leave everything as it is. */
export function reloadCredentials(
  server: Pick<KvServer, 'replaceCredentials'>,
  { paths, read }: CredentialFiles,
  { note }: Pick<Streams, 'note'>,
  source: HangUpSource = process,
): () => void {
  let seen = versionsOf(paths);
  const reload = (): void => {
    seen = versionsOf(paths);
    try {
      server.replaceCredentials(read());
      note('the secrets and certificates were read again');
    } catch (error) {
      note(`warning: the secrets and certificates stay as they were: ${messageOf(error)}`);
    }
  };
  const timer = setInterval(() => {
    if (versionsOf(paths) !== seen) reload();
  }, pollMs);
  timer.unref();
  source.on('SIGHUP', reload);
  return () => {
    clearInterval(timer);
    source.off('SIGHUP', reload);
  };
}

/** Differs from before if a file was changed or replaced. Links are followed, since they may be what is replaced. */
function versionsOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? 'none' : `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    })
    .join(', ');
}
