import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCredentials } from 'paxkv/internal/credentials';
import { httpGet } from 'paxkv/internal/http-get';

describe('The credentials of a command', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-credentials-'));
    await writeFile(join(directory, 'token'), ' of-a-file\n');
    await writeFile(join(directory, 'ca.pem'), 'PEM');
  });
  after(() => rm(directory, { recursive: true }));

  it('come from the environment or files; a file wins', () => {
    const environment = { PAXKV_TOKEN: 'of-the-environment' };
    expect(readCredentials({}, {})).to.deep.equal({});
    expect(readCredentials({}, { PAXKV_TOKEN: '' })).to.deep.equal({});
    expect(readCredentials({}, environment)).to.deep.equal({ token: 'of-the-environment' });
    const tokenFile = join(directory, 'token');
    expect(readCredentials({ tokenFile }, environment)).to.deep.equal({ token: 'of-a-file' });
    const caFile = join(directory, 'ca.pem');
    expect(readCredentials({ caFile }, {})).to.deep.equal({ tls: { ca: 'PEM' } });
    expect(() => readCredentials({ keyFile: join(directory, 'none') }, {})).to.throw(
      /^--key-file: /,
    );
  });

  it('are sent with a GET', async () => {
    const server = createServer((request, response) => {
      response.writeHead(201).end(request.headers.authorization ?? 'none');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const never = new AbortController().signal;
    const [anonymous, known] = [
      await httpGet(url, {}, never),
      await httpGet(url, { token: 'a' }, never),
    ];
    expect([known.status, await anonymous.text(), await known.text()]).to.deep.equal([
      201,
      'none',
      'Bearer a',
    ]);
    server.close();
    const failed = await httpGet(url, {}, AbortSignal.abort()).catch(() => 'failed');
    expect(failed).to.equal('failed');
  });
});
