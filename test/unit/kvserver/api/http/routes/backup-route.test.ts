import { once } from 'node:events';
import { request } from 'node:http';
import type { AppParts } from '@paxkv/kvserver/internal/api/http/context';
import { KvError } from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from '../server-under-test.ts';

type Backup = Exclude<AppParts['backup'], undefined>;

const chunk = Buffer.alloc(256 * 1024, 7);

/** A backup of so many chunks, and how many of them were taken until it ended. */
function chunks(count: number): { backup: Backup; taken: () => number; isClosed: () => boolean } {
  let taken = 0;
  let isClosed = false;
  async function* pieces() {
    try {
      for (; taken < count; taken += 1) yield chunk;
    } finally {
      isClosed = true;
    }
  }
  return { backup: async () => pieces(), taken: () => taken, isClosed: () => isClosed };
}

async function until(isReached: () => boolean): Promise<void> {
  while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the route of backups', () => {
  let server: ServerUnderTest;

  afterEach(() => server.close());

  async function open(backup: Backup): Promise<void> {
    server = await ServerUnderTest.open({}, { backup });
  }

  it('sends every piece, and lets no cache keep it', async () => {
    const { backup, isClosed } = chunks(20);
    await open(backup);
    const response = await server.fetch('/backup');
    expect((await response.arrayBuffer()).byteLength).to.equal(20 * chunk.length);
    expect(response.headers.get('content-type')).to.equal('application/octet-stream');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(isClosed()).to.equal(true);
  });

  it('asks for the consistency that the client asks for', async () => {
    const asked: string[] = [];
    await open(async ({ consistency }) => {
      asked.push(consistency);
      return chunks(1).backup({ consistency, signal: undefined });
    });
    await (await server.fetch('/backup')).arrayBuffer();
    await (await server.fetch('/backup?serializable')).arrayBuffer();
    expect(asked).to.deep.equal(['linearizable', 'serializable']);
    await server.refuses(server.fetch('/backup?other'), 'KV_BAD_REQUEST');
    await server.refuses(server.fetch('/backup', { method: 'POST' }), 'KV_METHOD_NOT_ALLOWED');
  });

  it('takes no more pieces than the client, and closes the backup when the client has gone', async () => {
    const { backup, taken, isClosed } = chunks(4000);
    await open(backup);
    const asking = request(`${server.url}/backup`).end();
    const [response] = await once(asking, 'response');
    response.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const before = taken();
    expect(before).to.be.below(100);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(taken()).to.equal(before);
    asking.destroy();
    await until(isClosed);
  });

  it('refuses before it sends anything, as any request', async () => {
    await open(() => Promise.reject(new KvError('KV_OVERLOADED', 'Another one is under way.')));
    await server.refuses(server.fetch('/backup'), 'KV_OVERLOADED');
  });

  it('cuts the connection if the backup fails on the way', async () => {
    await open(async () =>
      (async function* () {
        yield chunk;
        throw new KvError('KV_UNAVAILABLE', 'This server is stopping.');
      })(),
    );
    const response = await server.fetch('/backup');
    const end = await response.arrayBuffer().then(
      () => 'complete',
      () => 'cut',
    );
    expect(end).to.equal('cut');
  });

  it('reads no state for HEAD, and sends none to pages of other sites', async () => {
    let count = 0;
    await open(async (options) => {
      count += 1;
      return chunks(1).backup(options);
    });
    expect((await server.fetch('/backup', { method: 'HEAD' })).status).to.equal(200);
    const headers = { 'sec-fetch-site': 'cross-site' };
    await server.refuses(server.fetch('/backup', { headers }), 'KV_BAD_REQUEST');
    expect(count).to.equal(0);
  });
});
