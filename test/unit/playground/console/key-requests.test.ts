import { type KeyCommand, sendKeyCommand } from '@paxkv/playground/internal/console/key-requests';
import { requestSchema } from '@paxkv/protocol';
import { expect } from 'chai';

interface Sent {
  readonly path: string;
  readonly body: unknown;
}

/** Sends a command to a server that answers with `status` and `reply`. */
async function exchange(command: KeyCommand, reply: object, status = 200) {
  const sent: Sent[] = [];
  const result = await sendKeyCommand(async (path, { body }) => {
    sent.push({ path, body: JSON.parse(String(body)) });
    return Response.json(reply, { status });
  }, command);
  return { sent, result };
}

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('requests about a key', () => {
  it('are in the exact form, which takes any key: no part of it is a path', async () => {
    const key = '../%2e/ü?#';
    const commands: readonly KeyCommand[] = [
      { type: 'get', key },
      { type: 'put', key, value: 'v' },
      { type: 'append', key, value: '' },
      { type: 'increment', key, by: '-5' },
      { type: 'delete', key },
    ];
    for (const command of commands) {
      const { sent } = await exchange(command, {});
      expect(sent[0]?.path).to.equal(`v1/${command.type}`);
      const request = requestSchema(command.type).parse(sent[0]?.body);
      expect(request.command).to.deep.include({ key: new Uint8Array(Buffer.from(key)) });
    }
    const { sent } = await exchange({ type: 'put', key, value: 'ä'.repeat(100_000) }, {});
    expect(sent[0]?.body).to.deep.include({ value: base64('ä'.repeat(100_000)) });
  });

  it('report what each reply says', async () => {
    const get = { type: 'get', key: 'k' } as const;
    expect((await exchange(get, { found: false })).result).to.deep.equal({ type: 'absent' });
    const versions = { createRevision: 1, modRevision: 3, version: 2 };
    const found = { found: true, value: base64('hé'), ...versions };
    expect((await exchange(get, found)).result).to.deep.equal({
      type: 'found',
      entry: { text: 'hé', hex: '68 c3 a9', byteCount: 3, ...versions },
    });
    const put = await exchange({ type: 'put', key: 'k', value: 'v' }, { revision: 7 });
    expect(put.result).to.deep.equal({ type: 'written', revision: 7 });
    const by = await exchange(
      { type: 'increment', key: 'k', by: '1' },
      { revision: 8, value: '9' },
    );
    expect(by.result).to.deep.equal({ type: 'counted', revision: 8, value: '9' });
    const gone = await exchange({ type: 'delete', key: 'k' }, { revision: 9, deleted: false });
    expect(gone.result).to.deep.equal({ type: 'deleted', revision: 9, existed: false });
  });

  it('show bytes that are no text in hexadecimal, and only the first of them', async () => {
    const value = Buffer.alloc(1000, 0xff).toString('base64');
    const { result } = await exchange({ type: 'get', key: 'k' }, { found: true, value });
    expect(result).to.have.property('type', 'found');
    if (result.type !== 'found') return;
    expect(result.entry).to.include({ text: undefined, byteCount: 1000 });
    expect(result.entry.hex.split(' ')).to.have.length(64);
  });

  it('report an error of the server with its outcome', async () => {
    const error = { code: 'KV_TIMEOUT', outcome: 'unknown', message: 'No decision in time.' };
    const { result } = await exchange({ type: 'get', key: 'k' }, { error }, 504);
    expect(result).to.deep.equal({ type: 'failed', ...error });
  });

  it('say unknown of a write without an answer, and not done of a get', async () => {
    const lost = async () => {
      throw new TypeError('Failed to fetch');
    };
    const put = await sendKeyCommand(lost, { type: 'put', key: 'k', value: 'v' });
    expect(put).to.include({ type: 'failed', outcome: 'unknown', code: 'KV_UNREACHABLE' });
    expect(await sendKeyCommand(lost, { type: 'get', key: 'k' })).to.include({
      outcome: 'not done',
    });
    const odd = await exchange({ type: 'delete', key: 'k' }, { error: 'x' }, 502);
    expect(odd.result).to.include({ type: 'failed', outcome: 'unknown' });
  });
});
