import { expect } from 'chai';
import { DownloadError, download } from 'paxkv/internal/backup/download';
import { backupOf, smallState } from '../../kvserver/backup/backups.ts';
import { type Answer, backupServer, busy, complete, cut, stuck } from './backup-server.ts';

async function bytesFrom(answer: Answer, pauseMs = 0): Promise<Buffer> {
  const server = await backupServer(answer);
  try {
    const pieces: Uint8Array[] = [];
    const options = { endpoint: server.endpoint, isSerializable: false, idleMs: 200 };
    for await (const piece of download(options)) {
      pieces.push(piece);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return Buffer.concat(pieces);
  } finally {
    server.close();
  }
}

async function reasonOf(answer: Answer): Promise<string> {
  const error: unknown = await bytesFrom(answer).catch((thrown: unknown) => thrown);
  return error instanceof DownloadError ? error.message : expect.fail(`not ${String(error)}`);
}

/** The address of a server that is closed. */
async function closedEndpoint(): Promise<string> {
  const server = await backupServer(complete);
  server.close();
  return server.endpoint;
}

describe('A download of a backup', () => {
  it('has the bytes as the server sent them', async () => {
    const expected = await backupOf((await smallState()).level);
    expect((await bytesFrom(complete)).equals(expected)).to.equal(true);
  });

  it('does not count the time in which bytes are written as silence of the server', async () => {
    expect(await bytesFrom(complete, 400)).to.not.be.empty;
  });

  it('ends with a reason if the server refuses, breaks off or falls silent', async () => {
    expect(await reasonOf(busy)).to.equal('Another one. (KV_OVERLOADED)');
    expect(await reasonOf(stuck)).to.equal('nothing came for 200 ms');
    expect(await reasonOf(cut)).to.not.be.empty;
    expect(await reasonOf((response) => response.writeHead(404).end())).to.contain('no backups');
    expect(await reasonOf((response) => response.writeHead(500).end('?'))).to.contain('500');
  });

  it('ends with a reason if no server is there', async () => {
    const options = { endpoint: await closedEndpoint(), isSerializable: false, idleMs: 1000 };
    const error: unknown = await download(options)
      .next()
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(DownloadError);
    expect(String(error)).to.contain('ECONNREFUSED');
  });
});
