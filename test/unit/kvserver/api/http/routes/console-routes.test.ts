import { expect } from 'chai';
import { ServerUnderTest } from '../server-under-test.ts';

const files = [
  {
    path: '/console',
    contentType: 'text/html; charset=utf-8',
    body: Buffer.from('<p>'),
    etag: '"1"',
  },
  { path: '/console/page.js', contentType: 'text/javascript', body: Buffer.from('x'), etag: '"2"' },
];
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the routes of the console', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open({}, { consoleFiles: files });
  });

  afterEach(() => server.close());

  it('offer each file with its type, to be asked for again each time', async () => {
    const response = await server.fetch('/console');
    expect(await response.text()).to.equal('<p>');
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).to.equal('no-cache');
    const script = await server.fetch('/console/page.js');
    expect(await script.text()).to.equal('x');
    expect(script.headers.get('x-content-type-options')).to.equal('nosniff');
  });

  it('allow the page its own script and its own server, and no frame around it', async () => {
    const { headers } = await server.fetch('/console');
    const policy = headers.get('content-security-policy') ?? '';
    const rules = policy.split('; ');
    expect(rules).to.include.members([
      ...["default-src 'none'", "script-src 'self'", "connect-src 'self'"],
      ...["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"],
    ]);
    expect(policy).to.not.contain('unsafe');
    expect(headers.get('x-frame-options')).to.equal('DENY');
    expect(headers.get('referrer-policy')).to.equal('no-referrer');
  });

  it('send nothing that the browser has already', async () => {
    for (const known of ['"1"', 'W/"1"', '"0", "1"', '*']) {
      const response = await server.fetch('/console', { headers: { 'if-none-match': known } });
      expect(response.status, known).to.equal(304);
      expect(await response.text()).to.equal('');
      expect(response.headers.get('etag')).to.equal('"1"');
    }
    const other = await server.fetch('/console', { headers: { 'if-none-match': '"2"' } });
    expect(other.status).to.equal(200);
  });

  it('answer HEAD without a body, and no other method', async () => {
    const head = await server.fetch('/console', { method: 'HEAD' });
    expect(head.headers.get('content-length')).to.equal('3');
    await server.refuses(server.fetch('/console', { method: 'POST' }), 'KV_METHOD_NOT_ALLOWED');
    await server.refuses(server.fetch('/console?x'), 'KV_BAD_REQUEST');
  });

  it('lead browsers from the root to the page, and tell programs that nothing is there', async () => {
    const response = await server.fetch('/', { headers: browser, redirect: 'manual' });
    expect(response.status).to.equal(302);
    expect(response.headers.get('location')).to.equal('./console');
    expect(response.headers.get('vary')).to.equal('accept');
    for (const accept of ['*/*', 'application/*']) {
      await server.refuses(server.fetch('/', { headers: { accept } }), 'KV_NO_SUCH_ROUTE');
    }
  });

  it('are behind the check of Host and Origin', async () => {
    const origin = { origin: 'http://elsewhere.example' };
    await server.refuses(server.fetch('/console', { headers: origin }), 'KV_BAD_REQUEST');
    const { answer } = await server.sendRaw(
      'GET /console HTTP/1.1\r\nhost: elsewhere.example\r\nconnection: close\r\n\r\n',
    );
    expect(answer.status).to.equal(400);
  });

  it('are unknown paths where the console is off', async () => {
    const bare = await ServerUnderTest.open();
    await bare.refuses(bare.fetch('/console'), 'KV_NO_SUCH_ROUTE');
    await bare.refuses(bare.fetch('/', { headers: browser }), 'KV_NO_SUCH_ROUTE');
    await bare.close();
  });
});
