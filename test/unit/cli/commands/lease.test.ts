import { expect } from 'chai';
import { NodeUnderTest } from '../../client/range/node-under-test.ts';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv lease', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
    const node = await NodeUnderTest.open();
    server.replica.script = (request) => node.submit(request);
  });
  afterEach(() => server.close());

  const paxkv = (...args: string[]) => runCaptured([...args, '-e', server.url]);
  const granted = async () => (await paxkv('lease', 'grant', '--ttl', '30s')).printed.trim();

  it('grants, renews and revokes a lease, and put attaches a key to it', async () => {
    const id = await granted();
    expect(id).to.match(/^[\w-]{22}$/);
    expect(await paxkv('put', 'k', 'v', '--lease', id)).to.include({ exitCode: 0, printed: '1\n' });
    expect(await paxkv('lease', 'renew', id)).to.include({ exitCode: 0, printed: '30000ms\n' });
    expect(await paxkv('lease', 'revoke', id)).to.include({ exitCode: 0, printed: '1\n' });
    expect(await paxkv('get', 'k')).to.include({ exitCode: 5 });
    const gone = await paxkv('lease', 'revoke', id);
    expect(gone).to.include({ exitCode: 1 });
    expect(gone.notes.join()).to.contain('KV_NO_SUCH_LEASE');
  });

  it('prints JSON when asked', async () => {
    const { lease } = JSON.parse((await paxkv('lease', 'grant', '--json')).printed);
    const renewed = JSON.parse((await paxkv('lease', 'renew', lease, '--json')).printed);
    expect(renewed).to.deep.equal({ ttlMs: 60_000 });
    const revoked = JSON.parse((await paxkv('lease', 'revoke', lease, '--json')).printed);
    expect(revoked).to.deep.equal({ revision: 0, deleted: 0 });
  });

  it('refuses a time that no lease has, and a put with two of them', async () => {
    for (const time of ['999ms', '1441m', 'long']) {
      expect(await paxkv('lease', 'grant', '--ttl', time), time).to.include({ exitCode: 2 });
    }
    const both = await paxkv('put', 'k', 'v', '--ttl', '5s', '--lease', await granted());
    expect(both).to.include({ exitCode: 2 });
  });

  it('is made for one key by put --ttl, also with a condition', async () => {
    expect(await paxkv('put', 'k', 'v', '--ttl', '5s')).to.include({ printed: '1\n' });
    expect(server.replica.requests.at(-1)?.command).to.include({ type: 'putTtl', ttlMs: 5000 });
    const refused = await paxkv('put', 'k', 'v', '--ttl', '5s', '--if-absent');
    expect(refused).to.include({ exitCode: 7 });
  });
});
