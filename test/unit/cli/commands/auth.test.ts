/** Users, roles, tokens and certificates: the commands against a real server with HTTPS. */

import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { KvClient, KvError } from '@paxkv/client';
import { ConfigError, KvServer, parseConfig } from '@paxkv/kvserver';
import { expect } from 'chai';
import { issue, makeAuthority } from 'paxkv/internal/certs/authority';
import { pino } from 'pino';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';

const rootToken = 'the-root-token-of-this-server-is-long';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof KvError ? error.code : error === undefined ? undefined : String(error);
}

describe('paxkv user, role, token, auth and certs', function () {
  this.timeout(30_000);
  let directory: string;
  let server: KvServer;
  let endpoint: string;
  let pem: { readonly key: string; readonly cert: string; readonly clientCa: string };
  const clients: KvClient[] = [];

  const pathOf = (name: string) => join(directory, 'certs', name);
  const read = (name: string) => readFile(pathOf(name), 'utf8');

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-auth-'));
    const made = await runCaptured([
      'certs',
      join(directory, 'certs'),
      '--members',
      '1',
      '--users',
      'root,anna',
    ]);
    expect(made.exitCode, made.notes.join('\n')).to.equal(0);
    const [key, cert, clientCa] = await Promise.all(
      ['member-0-key.pem', 'member-0.pem', 'ca.pem'].map(read),
    );
    pem = { key: key ?? '', cert: cert ?? '', clientCa: clientCa ?? '' };
    const port = await freePort();
    endpoint = `https://127.0.0.1:${port}`;
    const config = parseConfig({
      ...{ nodeId: 0, clusterId: 'paxkv', addresses: [`127.0.0.1:${port}`], tls: pem, rootToken },
      ...{ auth: true, dataDirectory: join(directory, 'data'), logLevel: 'silent', trace: true },
    });
    server = await KvServer.start(config, { logger: pino({ level: 'silent' }) });
    await server.ready({ timeoutMs: 10_000 });
    while (server.status().featureLevel !== server.status().featureLevels?.highest) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await writeFile(join(directory, 'root-token'), `${rootToken}\n`, { mode: 0o600 });
  });

  after(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await server.stop();
    await rm(directory, { recursive: true });
  });

  /** Runs a command as root, unless the environment says otherwise. */
  async function paxkv(...words: string[]) {
    const files = ['--ca-file', pathOf('ca.pem'), '--token-file', join(directory, 'root-token')];
    return runCaptured([...words, '-e', endpoint, ...files]);
  }

  function clientOf(
    token: string | (() => Promise<string>),
    transport: 'stream' | 'http' = 'stream',
  ) {
    const client = new KvClient({
      ...{ endpoints: endpoint, transport, token, tls: { ca: pem.clientCa }, timeoutMs: 5000 },
    });
    clients.push(client);
    return client;
  }

  async function createToken(user: string, ...more: string[]): Promise<string> {
    const { exitCode, printed, notes } = await paxkv('token', 'create', user, ...more);
    expect(exitCode, notes.join('\n')).to.equal(0);
    return printed.trim();
  }

  it('give users rights to keys, over HTTPS and over WSS', async () => {
    expect(
      (await paxkv('role', 'add', 'orders', '--read', 'orders/', '--write', 'orders/')).exitCode,
    ).to.equal(0);
    expect((await paxkv('user', 'add', 'anna', '--role', 'orders')).exitCode).to.equal(0);
    const token = await createToken('anna');
    expect(token).to.match(/^paxkv_[\w-]{16}\.[\w-]{43}$/);
    for (const transport of ['stream', 'http'] as const) {
      const anna = clientOf(token, transport);
      await anna.put('orders/1', transport);
      expect(await anna.get('orders/1')).to.equal(transport);
      expect(await codeOf(anna.get('other'))).to.equal('KV_FORBIDDEN');
      expect(await codeOf(anna.put('other', 'x'))).to.equal('KV_FORBIDDEN');
      expect(await codeOf(anna.status())).to.equal('KV_FORBIDDEN');
      expect(await codeOf(anna.auth.read())).to.equal('KV_FORBIDDEN');
    }
  });

  it('take a right or a token away at once, also from streams that are open', async () => {
    const [kept, lost] = [await createToken('anna'), await createToken('anna')];
    const [first, second] = [clientOf(kept), clientOf(lost)];
    await first.put('orders/2', 'a');
    await second.put('orders/2', 'b');
    const id = /_(.{16})\./.exec(lost)?.[1] ?? '';
    const deleted = await paxkv('token', 'delete', id);
    expect(deleted.exitCode, deleted.notes.join('\n')).to.equal(0);
    expect(await codeOf(second.get('orders/2'))).to.equal('KV_UNAUTHENTICATED');
    expect(await codeOf(second.put('orders/2', 'c'))).to.equal('KV_UNAUTHENTICATED');
    expect(await first.get('orders/2')).to.equal('b');
    await paxkv('role', 'add', 'orders', '--read', 'orders/');
    expect(await codeOf(first.put('orders/2', 'd'))).to.equal('KV_FORBIDDEN');
    expect(await first.get('orders/2')).to.equal('b');
    await paxkv('role', 'add', 'orders', '--read', 'orders/', '--write', 'orders/');
    await first.put('orders/2', 'e');
  });

  it('refuse the anonymous, wrong tokens and unknown names', async () => {
    expect(
      await codeOf(
        new KvClient({ endpoints: endpoint, tls: { ca: pem.clientCa } }).get('orders/1'),
      ),
    ).to.equal('KV_UNAUTHENTICATED');
    const wrong = `paxkv_${'a'.repeat(16)}.${'b'.repeat(43)}`;
    expect(await codeOf(clientOf(wrong, 'http').get('orders/1'))).to.equal('KV_UNAUTHENTICATED');
    for (const words of [
      ['user', 'delete', 'nobody'],
      ['role', 'delete', 'nothing'],
      ['token', 'delete', 'a'.repeat(16)],
      ['token', 'create', 'nobody'],
      ['user', 'add', 'carl', '--role', 'nothing'],
    ]) {
      const { exitCode, notes } = await paxkv(...words);
      expect(exitCode, words.join(' ')).to.equal(1);
      expect(notes.join()).to.match(/there is no (user|role|token) /);
    }
  });

  it('show neither salts nor hashes, and a token once', async () => {
    const token = await createToken('root', '--days', '3');
    const { printed: table } = await paxkv('token', 'list', '--json');
    const { tokens } = JSON.parse(table);
    expect(Object.keys(tokens[0])).to.have.members(['id', 'user', 'expires']);
    const { printed: list } = await paxkv('token', 'list');
    expect(list).to.match(/root {2}expires \d{4}-/);
    const secret = token.split('.')[1] ?? '';
    for (const text of [table, list, (await paxkv('user', 'list')).printed]) {
      expect(text).not.to.include(secret);
    }
    expect((await paxkv('role', 'list')).printed).to.include('orders  read  "orders/"');
  });

  it('keep tokens out of the recording of all inputs', async () => {
    const token = await createToken('anna');
    await clientOf(token).put('orders/3', 'x');
    const response = await fetchTrace();
    const text = gunzipSync(response).toString('latin1');
    expect(text).not.to.include(token.split('.')[1] ?? '-');
    expect(text).not.to.include(rootToken);
  });

  it('require authentication of all servers by an entry of the log, if an admin has a token', async () => {
    expect((await paxkv('auth', 'show')).printed).to.equal('not required\n');
    expect((await paxkv('auth', 'enable')).exitCode).to.equal(0);
    expect((await paxkv('auth', 'show')).printed).to.equal('required\n');
    const { table } = await clientOf(rootToken).auth.read();
    for (const { id, user } of table.tokens.filter((one) => one.user === 'root')) {
      const { exitCode, notes } = await paxkv('token', 'delete', id);
      expect(exitCode, `${user}: the last one cannot be deleted`).to.equal(1);
      expect(notes.join()).to.include('an admin must have a token');
    }
    expect((await paxkv('auth', 'disable')).exitCode).to.equal(0);
  });

  it('prove a user by a certificate, and no member or other authority', async () => {
    const tlsOf = async (name: string) => ({
      ca: pem.clientCa,
      cert: await read(`${name}.pem`),
      key: await read(`${name}-key.pem`),
    });
    const withTls = (tls: { ca: string; cert: string; key: string }) => {
      const client = new KvClient({ endpoints: endpoint, transport: 'http', tls, timeoutMs: 5000 });
      clients.push(client);
      return client;
    };
    const anna = withTls(await tlsOf('user-anna'));
    await anna.put('orders/4', 'by certificate');
    expect(await codeOf(anna.get('other'))).to.equal('KV_FORBIDDEN');
    expect(await withTls(await tlsOf('user-root')).get('orders/4')).to.equal('by certificate');
    expect(await codeOf(withTls(await tlsOf('member-0')).get('orders/4'))).to.equal(
      'KV_UNAUTHENTICATED',
    );
    const foreign = await issue(
      await makeAuthority('foreign', 1),
      { commonName: 'root', uses: ['client'] },
      1,
    );
    expect(await codeOf(withTls({ ca: pem.clientCa, ...foreign }).get('orders/4'))).to.equal(
      'KV_UNAUTHENTICATED',
    );
  });

  it('renew certificates, which the server takes without a restart (C10)', async () => {
    const before = await serialOf();
    const open = clientOf(rootToken);
    await open.put('k', '1');
    const again = await runCaptured([
      'certs',
      join(directory, 'certs'),
      '--members',
      '1',
      '--json',
    ]);
    expect(JSON.parse(again.printed)).to.include({ isRenewal: true });
    expect(await read('ca.pem'), 'the authority stays').to.equal(pem.clientCa);
    const [key, cert] = [await read('member-0-key.pem'), await read('member-0.pem')];
    server.replaceCredentials({ tls: { ...pem, key, cert } });
    expect(await serialOf()).not.to.equal(before);
    await open.put('k', '2');
    const wrong = { ...pem, cert: 'no certificate' };
    expect(() => server.replaceCredentials({ tls: wrong })).to.throw(ConfigError);
    const expired = await issue(
      await makeAuthority('other', 1),
      { commonName: 'x', uses: ['server'] },
      -1,
    );
    expect(() => server.replaceCredentials({ tls: expired })).to.throw(
      /tls.cert: .* has expired on/,
    );
    expect(await codeOf(clientOf(rootToken).put('k', '3'))).to.equal(undefined);
  });

  it('write keys for their owner only', async () => {
    for (const name of ['ca-key.pem', 'member-0-key.pem', 'user-root-key.pem']) {
      expect((await stat(pathOf(name))).mode & 0o777, name).to.equal(0o600);
    }
  });

  it('speak TLS 1.2 or later only', async () => {
    const { hostname, port } = new URL(endpoint);
    const socket = connect({
      host: hostname,
      port: Number(port),
      ca: pem.clientCa,
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    expect(String(error)).to.match(/protocol version|alert|SSL/i);
  });

  async function fetchTrace(): Promise<Buffer> {
    const streams = new CapturedStreams({});
    const files = ['--ca-file', pathOf('ca.pem'), '--token-file', join(directory, 'root-token')];
    await runCaptured(['trace', '-e', endpoint, ...files], streams);
    return streams.printed;
  }

  async function serialOf(): Promise<string> {
    const { hostname, port } = new URL(endpoint);
    const socket = connect({ host: hostname, port: Number(port), ca: pem.clientCa });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }
});
