import { paths, valueBytesMax } from '@paxkv/protocol';
import { expect } from 'chai';
import { base64, ServerUnderTest } from '../server-under-test.ts';

describe('Exact routes', () => {
  let server: ServerUnderTest;

  before(async () => {
    server = await ServerUnderTest.open();
  });
  after(() => server.close());

  async function ask(path: string, body: unknown): Promise<unknown> {
    const response = await server.postJson(path, body);
    expect(response.status).to.equal(200);
    return response.json();
  }

  it('keeps keys and values of any bytes', async () => {
    const key = base64(Buffer.from([0xff, 0x00, 0x0a]));
    const value = base64(Buffer.from([0x80, 0x00]));
    expect(await ask(paths.put, { key, value })).to.deep.equal({ revision: 1 });
    expect(await ask(paths.get, { key })).to.deep.equal({
      found: true,
      value,
      createRevision: 1,
      modRevision: 1,
      version: 1,
    });
    expect(await ask(paths.append, { key, value })).to.deep.equal({ revision: 2, length: 4 });
    expect(await ask(paths.delete, { key })).to.deep.equal({ revision: 3, deleted: true });
    expect(await ask(paths.get, { key })).to.deep.equal({ found: false });
  });

  it('opens a session with a client name', async () => {
    expect(await ask(paths.openSession, { client: 'a' })).to.deep.equal({
      session: 'q1Yk0nC8Rk2oZ4y9bXv3Tw',
    });
    expect(server.replica.requests.at(-1)).to.deep.equal({
      command: { type: 'openSession', client: 'a' },
    });
  });

  it('submits the session stamp with the request', async () => {
    const session = { id: 7, number: 3, firstOutstanding: 2 };
    await ask(paths.delete, { key: base64('k'), session });
    expect(server.replica.requests.at(-1)?.stamp).to.deep.equal({
      session: 7,
      number: 3,
      firstOutstanding: 2,
    });
  });

  it('submits the consistency of a get', async () => {
    const key = base64('k');
    await ask(paths.get, { key });
    await ask(paths.get, { key, consistency: 'linearizable' });
    await ask(paths.get, { key, consistency: 'serializable' });
    const asked = server.replica.consistencies.slice(-3);
    expect(asked).to.deep.equal([undefined, 'linearizable', 'serializable']);
    const wrong = server.postJson(paths.get, { key, consistency: 'strict' });
    await server.refuses(wrong, 'KV_BAD_REQUEST');
    const write = server.postJson(paths.delete, { key, consistency: 'serializable' });
    await server.refuses(write, 'KV_BAD_REQUEST');
  });

  it('accepts a value of exactly the limit (H20)', async () => {
    const value = base64(Buffer.alloc(valueBytesMax, 1));
    await ask(paths.put, { key: base64('big'), value });
    const reply = (await ask(paths.get, { key: base64('big') })) as { value: string };
    expect(reply.value).to.equal(value);
  });
});
