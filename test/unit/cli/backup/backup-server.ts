/** HTTP servers that give backups, complete ones or as a test says. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backupOf, smallState } from '../../kvserver/backup/backups.ts';

export type Answer = (response: ServerResponse, backup: Buffer) => void;

export const complete: Answer = (response, backup) => response.end(backup);

/** Closes the connection after half of the bytes. */
export const cut: Answer = (response, backup) => {
  response.write(backup.subarray(0, backup.length / 2), () => response.destroy());
};

export const busy: Answer = (response) => {
  const error = { code: 'KV_OVERLOADED', outcome: 'not done', message: 'Another one.' };
  response.writeHead(503).end(JSON.stringify({ error }));
};

/** Sends half of the bytes, and nothing more. */
export const stuck: Answer = (response, backup) => {
  response.write(backup.subarray(0, backup.length / 2));
};

/** Changes one byte on the way. */
export const damaged: Answer = (response, backup) => {
  const changed = Buffer.from(backup);
  changed[200] = (changed[200] ?? 0) ^ 1;
  response.end(changed);
};

export interface BackupServer {
  readonly endpoint: string;
  readonly targets: string[];
  close(): void;
}

/** Answers each request as the next of `answers` says, and those after them as the last one. */
export async function backupServer(...answers: readonly Answer[]): Promise<BackupServer> {
  const backup = await backupOf((await smallState()).level);
  const targets: string[] = [];
  const server = createServer((request, response) => {
    targets.push(request.url ?? '');
    const answer = answers[Math.min(targets.length, answers.length) - 1];
    answer?.(response, backup);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    targets,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
