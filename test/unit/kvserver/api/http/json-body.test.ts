import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { base64, ServerUnderTest } from './server-under-test.ts';

/** What client and server have computed since then, however busy the machine is with other programs. */
function processorMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

describe('JSON body', () => {
  let server: ServerUnderTest;
  const key = base64('k');
  const value = base64('v');

  before(async () => {
    server = await ServerUnderTest.open();
  });
  after(() => server.close());

  async function refusesAll(path: string, bodies: unknown[]): Promise<void> {
    const asked = server.replica.requests.length;
    for (const body of bodies) await server.refuses(server.postJson(path, body), 'KV_BAD_REQUEST');
    expect(server.replica.requests.length).to.equal(asked);
  }

  function post(type: string | undefined, body: string | Buffer): Promise<Response> {
    const headers = type === undefined ? undefined : { 'content-type': type };
    // With a string as body, fetch would set a content type.
    return server.fetch(paths.get, {
      method: 'POST',
      ...(headers && { headers }),
      body: Buffer.from(body),
    });
  }

  it('is refused if it is not JSON, cut off, or absent (H1)', () =>
    refusesAll(paths.get, ['', 'key', '{"key":', `{"key":"${key}"`, '\ufeff{}', '{} {}']));

  it('is refused if it is not an object (H2)', () =>
    refusesAll(paths.get, ['null', '1', '"text"', '[]', 'true']));

  it('is refused with another content type, or none (H3)', async () => {
    const body = JSON.stringify({ key });
    for (const type of [undefined, 'text/plain', 'application/jsonp', 'application/json, x']) {
      await server.refuses(post(type, body), 'KV_UNSUPPORTED_MEDIA');
    }
  });

  it('is refused in another charset, and in broken UTF-8 (H4)', async () => {
    const body = JSON.stringify({ key });
    await server.refuses(
      post('application/json; charset=iso-8859-1', body),
      'KV_UNSUPPORTED_MEDIA',
    );
    // A lenient decoder would replace the broken character in the name.
    const broken = Buffer.concat([Buffer.from('{"client":"'), Buffer.of(0xff), Buffer.from('"}')]);
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: broken };
    await server.refuses(server.fetch(paths.openSession, init), 'KV_BAD_REQUEST');
  });

  it('may name its charset', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']) {
      expect((await post(type, JSON.stringify({ key }))).status).to.equal(200);
    }
  });

  it('names a missing, unknown or mistyped member', async () => {
    const { error } = await server.refuses(server.postJson(paths.put, { key }), 'KV_BAD_REQUEST');
    expect(error.message).to.contain('value');
    await refusesAll(paths.put, [
      { key, value, more: 1 },
      { key, value: null },
      { key: 5, value },
      { key: [key], value },
    ]);
  });

  it('must have base64 in its canonical form', () =>
    refusesAll(paths.get, [
      { key: 'aw' },
      { key: 'aw=' },
      { key: 'ax==' },
      { key: '-_==' },
      { key: 'a w==' },
      { key: 'aw==\n' },
      { key: 'é' },
    ]));

  it('refuses an empty key (H18)', () => refusesAll(paths.get, [{ key: '' }]));

  it('refuses half of a surrogate pair, which would become another character (H23)', async () => {
    await refusesAll(paths.openSession, ['{"client":"\\ud800"}', '{"client":"a\\udc00b"}']);
    expect(
      (await server.postJson(paths.openSession, '{"client":"\\ud83d\\ude00"}')).status,
    ).to.equal(200);
  });

  it('refuses a client name that is empty or too long', () =>
    refusesAll(paths.openSession, [
      { client: '' },
      { client: 'x'.repeat(65) },
      { client: 1 },
      { client: '\u{1f600}'.repeat(33) },
    ]));

  it('refuses every stamp that the log could not read, before the replica sees it', () => {
    const [number, firstOutstanding] = [1, 1];
    const sessions = [
      { id: 0, number, firstOutstanding },
      { id: -1, number, firstOutstanding },
      { id: 'AAAA', number, firstOutstanding },
      { id: '7', number, firstOutstanding },
      { id: 7, number: 0, firstOutstanding: 0 },
      { id: 7, number, firstOutstanding: 2 },
      { id: 7, number: 1025, firstOutstanding },
      { id: 7, number: 2 ** 53, firstOutstanding: 2 ** 53 },
      { id: 7, number },
    ];
    return refusesAll(
      paths.delete,
      sessions.map((session) => ({ key, session })),
    );
  });

  it('refuses members that reach for prototypes, and changes no global object (H25)', async () => {
    await refusesAll(paths.get, [
      `{"key":"${key}","__proto__":{"polluted":true}}`,
      `{"key":"${key}","constructor":{"prototype":{"polluted":true}}}`,
      `{"__proto__":{"key":"${key}"}}`,
    ]);
    expect({}).not.to.have.property('polluted');
  });

  it('refuses nesting however deep, and quickly (H26)', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const started = process.cpuUsage();
    await refusesAll(paths.get, [deep, `{"key":${deep}}`, `{"key":"${key}","more":${deep}}`]);
    expect(processorMsSince(started)).to.be.below(1000);
  });

  it('refuses very many members or entries, and quickly (H27)', async () => {
    const members = Array.from({ length: 100_000 }, (_, index) => `"m${index}":1`).join(',');
    const entries = `[${'1,'.repeat(500_000)}1]`;
    const started = process.cpuUsage();
    await refusesAll(paths.get, [`{${members}}`, `{"key":${entries}}`, entries]);
    expect(processorMsSince(started)).to.be.below(2000);
  });

  it('refuses numbers that are not exact, or not numbers (H28)', async () => {
    const body = (number: string) =>
      `{"key":"${key}","session":{"id":1,"number":${number},"firstOutstanding":${number}}}`;
    const wrong = ['1e400', '-0', '0', '-1', 'NaN', '9007199254740993', '"5"', '1.5', 'null'];
    await refusesAll(paths.delete, wrong.map(body));
    await refusesAll(paths.delete, [
      `{"key":"${key}","session":{"id":-0,"number":1,"firstOutstanding":1}}`,
    ]);
    expect((await server.postJson(paths.delete, body('9007199254740991'))).status).to.equal(200);
  });

  it('bounds every scan, and takes an empty range for one (H33)', async () => {
    await refusesAll(
      paths.scan,
      ['-1', '0', '1001', '1e9', '1.5', '"5"', 'null'].map((limit) => `{"limit":${limit}}`),
    );
    server.replica.script = async () => {
      return { type: 'scan', revision: 1, entries: [], next: undefined };
    };
    const key = base64('k');
    for (const range of [{}, { from: base64('l'), to: key }, { from: key, to: key }]) {
      expect((await server.postJson(paths.scan, range)).status).to.equal(200);
      expect(server.replica.requests.at(-1)?.command).to.include({ limit: 1000 });
    }
  });

  it('bounds every time to live (H35)', async () => {
    const outside = ['0', '-1', '999', '86400001', '1e12', '1000.5', '"1000"', 'null'];
    const bodies = [
      { path: paths.grantLease, of: (ttlMs: string) => `{"ttlMs":${ttlMs}}` },
      {
        path: paths.putTtl,
        of: (ttlMs: string) => `{"key":"${key}","value":"${value}","ttlMs":${ttlMs}}`,
      },
    ];
    for (const { path, of } of bodies) {
      await refusesAll(path, outside.map(of));
      for (const ttlMs of [1000, 86_400_000]) {
        await server.postJson(path, of(`${ttlMs}`));
        expect(server.replica.requests.at(-1)?.command).to.include({ ttlMs });
      }
    }
  });

  it('takes the last of a member given twice (H29)', async () => {
    await server.postJson(paths.get, `{"key":"${base64('first')}","key":"${base64('last')}"}`);
    const command = server.replica.requests.at(-1)?.command;
    expect(command).to.deep.equal({ type: 'get', key: Buffer.from('last') });
  });

  it('refuses a session stamp that contradicts itself (H36)', () =>
    refusesAll(paths.delete, [
      { key, session: { id: 1, number: 2, firstOutstanding: 3 } },
      { key, session: { id: 1, number: 2 } },
      { key, session: { id: 1, number: 2, firstOutstanding: 1, more: 1 } },
      { key, session: '1/2/1' },
    ]));
});
