/** Credentials on real connections: every route of a server that requires them. */
import { createAuthenticator } from '@paxkv/kvserver/internal/api/security/create-authenticator';
import { hashSecret } from '@paxkv/kvserver/internal/api/security/token-hash';
import { type AuthTable, allCommands, paths, tokenToText } from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from '../http/server-under-test.ts';

const rootToken = 'the-root-token-of-this-server-which-is-long';
const secret = 's'.repeat(43);
const prefix = new Uint8Array();

async function tableOf(): Promise<AuthTable> {
  const salt = new Uint8Array(16);
  const token = { user: '', salt, hash: await hashSecret(secret, salt, 10), cost: 10, expires: 0 };
  const names = ['reader', 'monitor', 'boss'];
  return {
    required: true,
    users: names.map((name) => ({ name, roles: [name === 'boss' ? 'admin' : name] })),
    roles: [
      { name: 'reader', rights: [{ kind: 'read', prefix: new TextEncoder().encode('open/') }] },
      { name: 'monitor', rights: [{ kind: 'monitor', prefix }] },
    ],
    tokens: names.map((name) => ({ ...token, id: name.padEnd(16, '_'), user: name })),
  };
}

const bearer = (user: string) => ({
  authorization: `Bearer ${tokenToText({ id: user.padEnd(16, '_'), secret })}`,
});

describe('A server that requires authentication', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open(
      {},
      {
        trace: async () => Buffer.from('recording'),
        backup: () => expect.fail('no backup is made'),
        authenticatorOf: (auth) => createAuthenticator({ auth, rootToken }),
      },
    );
    server.replica.authTable = await tableOf();
  });
  after(() => server.close());

  const statusOf = async (path: string, init: RequestInit = {}) =>
    (await server.fetch(path, init)).status;

  it('answers every path but the probes with 401 and a challenge, whether or not it exists (H37, H41)', async () => {
    const known = [
      ...allCommands.map(({ path }) => path),
      '/status',
      '/metrics',
      '/trace',
      '/console',
      '/',
    ];
    const spellings = [
      '/status/',
      '//status',
      '/STATUS',
      '/status;a=1',
      '/v1/kv/open/1',
      '/nothing',
    ];
    const probes = ['/livez/', '//livez', '/Livez', '/livez;a', '/livez/../status', '/readyz%2f'];
    for (const path of [...known, ...spellings, ...probes]) {
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE']) {
        const response = await server.fetch(path, { method });
        expect(response.status, `${method} ${path}`).to.equal(401);
        expect(response.headers.get('www-authenticate')).to.match(/^Bearer realm="paxkv"/);
      }
    }
    expect(await statusOf(paths.live)).to.equal(200);
    expect(await statusOf('/readyz?verbose')).to.equal(200);
    expect(server.replica.requests).to.deep.equal([]);
  });

  it('takes an absolute target for its path (H41)', async () => {
    const raw = await server.sendRaw(
      'GET http://127.0.0.1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n',
    );
    expect(raw.answer.status).to.equal(401);
  });

  it('lets a user do what his rights say, and no more (H37, H39)', async () => {
    const headers = bearer('reader');
    expect(await statusOf('/v1/kv/open/1', { headers })).to.equal(404);
    expect(await statusOf('/v1/kv/closed/1', { headers })).to.equal(403);
    expect(await statusOf('/v1/kv/open/1', { method: 'PUT', body: 'v', headers })).to.equal(403);
    expect(await statusOf('/status', { headers })).to.equal(403);
    expect(await statusOf('/metrics', { headers })).to.equal(403);
    expect(await statusOf('/trace', { headers })).to.equal(403);
    const json = {
      method: 'POST',
      body: '{}',
      headers: { ...headers, 'content-type': 'application/json' },
    };
    expect(await statusOf('/v1/auth/get', json)).to.equal(403);
  });

  it('shows its status to a monitor, and the recording of all values to an administrator only', async () => {
    const monitor = { headers: bearer('monitor') };
    expect(await statusOf('/status', monitor)).to.equal(200);
    expect(await statusOf('/metrics', monitor)).to.equal(200);
    for (const method of ['GET', 'HEAD']) {
      expect(await statusOf(paths.backup, { ...monitor, method })).to.equal(403);
    }
    expect(await statusOf('/trace', monitor)).to.equal(403);
    expect(await statusOf('/v1/kv/open/1', monitor)).to.equal(403);
    expect(await statusOf('/trace', { headers: bearer('boss') })).to.equal(200);
    expect(
      await statusOf('/trace', { headers: { authorization: `Bearer ${rootToken}` } }),
    ).to.equal(200);
  });

  it('takes a token as the password of a browser', async () => {
    const basic = Buffer.from(`anyone:${tokenToText({ id: 'monitor'.padEnd(16, '_'), secret })}`);
    const headers = { authorization: `Basic ${basic.toString('base64')}` };
    expect(await statusOf('/status', { headers })).to.equal(200);
  });

  it('refuses every other Authorization header, the probes excepted', async () => {
    for (const authorization of [
      'Bearer',
      'Bearer a b',
      'Basic !',
      'Basic Og==',
      'Digest x',
      rootToken,
    ]) {
      expect(await statusOf('/status', { headers: { authorization } }), authorization).to.equal(
        401,
      );
      expect(await statusOf(paths.live, { headers: { authorization } })).to.equal(200);
    }
  });

  it('passes the user on to the replica, for the log', async () => {
    await server.fetch('/v1/kv/a', { method: 'PUT', body: 'v', headers: bearer('boss') });
    const request = server.replica.requests.at(-1);
    expect(request?.principal).to.deep.equal({ user: 'boss', token: 'boss'.padEnd(16, '_') });
  });

  it('never repeats a token in an error or in its log', async () => {
    const wrong = tokenToText({ id: 'reader'.padEnd(16, '_'), secret: 'W'.repeat(43) });
    const response = await server.fetch('/status', {
      headers: { authorization: `Bearer ${wrong}` },
    });
    expect(await response.text()).not.to.contain('WWWW');
    expect(JSON.stringify(server.logLines)).not.to.contain('WWWW');
  });
});
