/** What becomes of open streams, and of requests on their way, when a token or a right is taken away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient, KvError, type Transport } from '@paxkv/client';
import { KvServer, parseConfig } from '@paxkv/kvserver';
import { type AuthTable, emptyAuthTable, type RightKind } from '@paxkv/protocol';
import { expect } from 'chai';
import { makeToken, type NewToken } from 'paxkv/internal/auth/new-token';
import { pino } from 'pino';
import { clusterSecret } from '../../../../process/cluster-secret.ts';
import { freePorts } from '../../../../process/free-ports.ts';

const logger = pino({ level: 'silent' });
const rootToken = 'the-root-token-of-these-servers-is-long';
const transports: readonly Transport[] = ['stream', 'http'];
const writesEach = 100;
/** By HTTP, a server that was sent many tokens that it does not know answers 429. */
const tokenIsGone = ['KV_UNAUTHENTICATED', 'KV_TOO_MANY_ATTEMPTS'];

describe('A token or a right that is taken away at another server', function () {
  this.timeout(120_000);
  let directory: string;
  let endpoints: string[];
  let servers: KvServer[];
  let root: KvClient;
  let token: NewToken;
  let clients: KvClient[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-revocation-'));
    const addresses = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
    endpoints = addresses.map((address) => `http://${address}`);
    const configs = addresses.map((_, nodeId) =>
      parseConfig({
        ...{ nodeId, clusterId: 'test', addresses, clusterSecret, logLevel: 'silent' },
        ...{ auth: true, rootToken, dataDirectory: join(directory, `${nodeId}`) },
      }),
    );
    servers = await Promise.all(configs.map((config) => KvServer.start(config, { logger })));
    await Promise.all(servers.map((server) => server.ready({ timeoutMs: 30_000 })));
    root = new KvClient({ endpoints: endpoints[0] ?? '', token: rootToken });
    while ((servers[0]?.status().featureLevel ?? 0) < 2) await sleep(20);
  });
  after(async () => {
    await root.close();
    await Promise.all(servers.map((server) => server.stop()));
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    token = await makeToken('anna', 0);
    await root.auth.change(() => tableWith('read', 'write'));
    clients = transports.map(
      (transport, index) =>
        new KvClient({
          ...{ endpoints: endpoints[index + 1] ?? '', transport, token: token.text },
          // An attempt that is given up and made again has an unknown outcome.
          ...{ timeoutMs: 60_000, attemptTimeoutMs: 60_000 },
        }),
    );
    for (const client of clients) await client.put('k', 'before');
  });
  afterEach(() => Promise.all(clients.map((client) => client.close())));

  function tableWith(...kinds: RightKind[]): AuthTable {
    const rights = kinds.map((kind) => ({ kind, prefix: new Uint8Array() }));
    return {
      ...emptyAuthTable,
      users: [{ name: 'anna', roles: ['some'] }],
      roles: [{ name: 'some', rights }],
      tokens: [token.hash],
    };
  }

  /** The code of the refusal. Nothing was done. */
  async function refusalOf(work: Promise<unknown>): Promise<string> {
    const thrown = await work.then(
      () => expect.fail('it was not refused'),
      (error: unknown) => error,
    );
    if (!(thrown instanceof KvError)) throw thrown;
    expect(thrown.outcome, thrown.message).to.equal('not done');
    return thrown.code;
  }

  /** A linearizable get and a serializable one; before them the server has applied what root did. */
  async function readRefusals(): Promise<string[]> {
    const codes: string[] = [];
    for (const client of clients) {
      codes.push(await refusalOf(client.get('k')));
      codes.push(await refusalOf(client.get('k', { consistency: 'serializable' })));
    }
    return codes;
  }

  async function writeRefusals(): Promise<string[]> {
    const codes: string[] = [];
    for (const client of clients) {
      codes.push(await refusalOf(client.put('k', 'after')));
      codes.push(await refusalOf(client.append('k', 'after')));
      codes.push(await refusalOf(client.delete('k')));
    }
    return codes;
  }

  /** Writes that are on their way while `change` is decided: those at places behind it are refused, and no other. */
  async function pendingWrites(change: AuthTable): Promise<void> {
    const writes = clients.flatMap((client, index) =>
      Array.from({ length: writesEach }, async (_, number) => {
        const key = `${token.hash.id} ${index} ${number}`;
        try {
          return { key, revision: (await client.put(key, 'v')).revision };
        } catch (error) {
          if (!(error instanceof KvError)) throw error;
          expect(error.outcome, error.message).to.equal('not done');
          expect(error.code).to.be.oneOf(['KV_FORBIDDEN', ...tokenIsGone]);
          return { key, revision: undefined };
        }
      }),
    );
    await Promise.race(writes);
    const changed = await root.auth.change(() => change);
    for (const { key, revision } of await Promise.all(writes)) {
      if (revision !== undefined) expect(revision).to.be.below(changed);
      expect(await root.get(key), key).to.equal(revision === undefined ? undefined : 'v');
    }
  }

  it('is gone for all that the token opened, once it is deleted', async () => {
    await pendingWrites({ ...tableWith('read', 'write'), tokens: [] });
    for (const code of [...(await writeRefusals()), ...(await readRefusals())]) {
      expect(code).to.be.oneOf(tokenIsGone);
    }
    expect(await root.get('k')).to.equal('before');
  });

  it('is gone for all that the token opened, once it has expired', async () => {
    const expires = Date.now() + 500;
    const tokens = [{ ...token.hash, expires }];
    await root.auth.change(() => ({ ...tableWith('read', 'write'), tokens }));
    while (Date.now() <= expires) await sleep(20);
    for (const code of [...(await writeRefusals()), ...(await readRefusals())]) {
      expect(code).to.be.oneOf(tokenIsGone);
    }
    expect(await root.get('k')).to.equal('before');
  });

  it('leaves the rights that remain, when a role loses one', async () => {
    await pendingWrites(tableWith('read'));
    expect(new Set(await writeRefusals())).to.deep.equal(new Set(['KV_FORBIDDEN']));
    for (const client of clients) expect(await client.get('k')).to.equal('before');
    await root.auth.change(() => tableWith('write'));
    expect(new Set(await readRefusals())).to.deep.equal(new Set(['KV_FORBIDDEN']));
    for (const client of clients) await client.put('k', 'again');
  });

  it('is gone for a write without a session, and comes back when it is given back', async () => {
    const put = () =>
      fetch(`${endpoints[2]}/v1/kv/plain`, {
        ...{ method: 'PUT', body: 'v', headers: { authorization: `Bearer ${token.text}` } },
      });
    expect((await put()).status).to.equal(200);
    await root.auth.change(() => tableWith('read'));
    expect((await put()).status).to.equal(403);
    await root.auth.change(() => ({ ...tableWith('read', 'write'), tokens: [] }));
    expect((await put()).status).to.equal(401);
    await root.auth.change(() => tableWith('read', 'write'));
    expect((await put()).status).to.equal(200);
  });
});
