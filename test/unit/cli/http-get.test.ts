import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { httpGet } from 'paxkv/internal/http-get';

describe('A GET with credentials', () => {
  it('sends the token, and fails if there is no response', async () => {
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
