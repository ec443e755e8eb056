import type { CommandOf, ScannedEntry } from '@paxkv/protocol';
import { expect } from 'chai';
import { ServerUnderTest } from '../server-under-test.ts';

const versions = { createRevision: 1, modRevision: 2, version: 2 };
const entryOf = (key: Uint8Array, value?: Uint8Array): ScannedEntry => ({
  ...{ key, value },
  ...versions,
});

describe('GET /v1/scan', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  const list = async (query: string) => {
    const response = await server.fetch(`/v1/scan${query}`);
    expect(response.status, query).to.equal(200);
    return (await response.json()) as { entries: { key: string }[]; next: string | null };
  };
  const lastCommand = () => server.replica.requests.at(-1)?.command as CommandOf<'scan'>;

  function answer(entries: readonly ScannedEntry[], next?: Uint8Array): void {
    server.replica.script = async () => ({ type: 'scan', revision: 9, entries, next });
  }

  it('shows keys and values as text, or in base64', async () => {
    answer([
      entryOf(Buffer.from('a'), Buffer.from('ü')),
      entryOf(Uint8Array.of(255), Uint8Array.of(254)),
      entryOf(Buffer.from('c')),
    ]);
    expect(await list('')).to.deep.equal({
      revision: 9,
      entries: [
        { key: 'a', value: 'ü', ...versions },
        { keyBase64: '/w==', valueBase64: '/g==', ...versions },
        { key: 'c', ...versions },
      ],
      next: null,
    });
  });

  it('reads the range, the order and the number from the query', async () => {
    answer([]);
    await list('?prefix=a%2Fb+c&from=%FF&to=x%3D&limit=7&reverse=true&keysOnly=true&asOf=7');
    const { prefix, from, to, ...rest } = lastCommand();
    expect(Buffer.from(prefix).toString()).to.equal('a/b+c');
    expect(from).to.deep.equal(Buffer.from([255]));
    expect(Buffer.from(to).toString()).to.equal('x=');
    expect(rest).to.deep.equal({
      ...{ type: 'scan', limit: 7, reverse: true, keysOnly: true, asOf: 7 },
    });
    await list('?consistency=serializable');
    expect(server.replica.consistencies.at(-1)).to.equal('serializable');
    expect(lastCommand()).to.deep.include({
      limit: 1_000,
      reverse: false,
      keysOnly: false,
      asOf: 'now',
    });
  });

  it('names the path of the next page, which goes on there at the same revision', async () => {
    answer([], Buffer.from([97, 0, 255, 38]));
    const { next } = await list('?prefix=a&limit=2');
    expect(next).to.equal('/v1/scan?prefix=a&limit=2&from=a%00%FF%26&asOf=9');
    await list((next ?? '').replace('/v1/scan', ''));
    expect(lastCommand().from).to.deep.equal(Buffer.from([97, 0, 255, 38]));
    const reverse = await list('?from=a&to=z&reverse=true');
    expect(reverse.next).to.equal('/v1/scan?from=a&to=a%00%FF%26&reverse=true&asOf=9');
  });

  it('refuses a query of another form, and a body', async () => {
    for (const query of [
      ...[
        '?x=1',
        '?prefix=a&',
        '?prefix=a&prefix=b',
        '?limit=0',
        '?limit=1001',
        '?limit=1e2',
        '?limit=',
      ],
      ...[
        '?reverse=no',
        '?reverse=',
        '?asOf=-1',
        '?asOf=',
        '?consistency=strong',
        '?prefix=%',
        '?prefix=%zz',
      ],
    ]) {
      await server.refuses(server.fetch(`/v1/scan${query}`), 'KV_BAD_REQUEST');
    }
    const tooLong = server.fetch(`/v1/scan?prefix=${'x'.repeat(1_025)}`);
    await server.refuses(tooLong, 'KV_TOO_LARGE');
    expect(server.replica.requests).to.have.length(0);
  });

  it('lists what was put, as the exact form does', async () => {
    for (const key of ['b/1', 'b/2', 'c']) {
      await server.fetch(`/v1/kv/${key}`, { method: 'PUT', body: key });
    }
    const { entries } = await list('?prefix=b/');
    expect(entries.map(({ key }) => key)).to.deep.equal(['b/1', 'b/2']);
  });
});
