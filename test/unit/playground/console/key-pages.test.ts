import { fetchKeys } from '@paxkv/playground/internal/console/key-pages';
import { requestSchema } from '@paxkv/protocol';
import { expect } from 'chai';

const encode = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64');

/** Asks for a page of a server that answers with `reply`. */
async function exchange(reply: object, { status = 200, prefix = '', next = '' } = {}) {
  const sent: { readonly path: string; readonly body: unknown }[] = [];
  const page = await fetchKeys(
    async (path, { body }) => {
      sent.push({ path, body: JSON.parse(String(body)) });
      return Response.json(reply, { status });
    },
    prefix,
    next === '' ? undefined : next,
  );
  return { sent, page };
}

describe('fetchKeys', () => {
  it('sends what servers take', async () => {
    const { sent } = await exchange(
      { entries: [], next: null },
      { prefix: 'ü/', next: encode('ü/a') },
    );
    expect(sent[0]?.path).to.equal('v1/scan');
    const { command } = requestSchema('scan').parse(sent[0]?.body);
    expect(command).to.deep.include({
      prefix: new Uint8Array(Buffer.from('ü/')),
      from: new Uint8Array(Buffer.from('ü/a')),
      limit: 50,
      keysOnly: true,
    });
  });

  it('returns keys as text, or as bytes where they are none, and where the next page begins', async () => {
    const entries = [{ key: encode('a/ü') }, { key: encode(new Uint8Array([255, 0])) }];
    expect((await exchange({ entries, next: 'Yg==' })).page).to.deep.equal({
      type: 'page',
      keys: [
        { text: 'a/ü', hex: '61 2f c3 bc' },
        { text: undefined, hex: 'ff 00' },
      ],
      next: 'Yg==',
    });
    expect((await exchange({ entries: [], next: null })).page).to.deep.equal({
      type: 'page',
      keys: [],
      next: undefined,
    });
  });

  it('says why no page came', async () => {
    const error = { code: 'KV_FORBIDDEN', outcome: 'not done', message: 'no right' };
    expect((await exchange({ error }, { status: 403 })).page).to.deep.equal({
      type: 'failed',
      ...error,
    });
    for (const reply of [{}, { entries: [{ key: '?' }], next: null }]) {
      const { page } = await exchange(reply);
      expect(page).to.include({ type: 'failed', code: 'KV_UNREACHABLE', outcome: 'not done' });
    }
  });
});
