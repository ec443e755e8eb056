import { expect } from 'chai';
import { ServerUnderTest } from '../server-under-test.ts';

describe('the metrics route', () => {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'degrees 21\n' };
  let server: ServerUnderTest;

  afterEach(() => server.close());

  it('sends the metrics as text that is not cached', async () => {
    server = await ServerUnderTest.open({}, { metrics });
    const response = await server.fetch('/metrics');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal(metrics.contentType);
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(await response.text()).to.equal('degrees 21\n');
  });

  it('takes no query', async () => {
    server = await ServerUnderTest.open({}, { metrics });
    await server.refuses(server.fetch('/metrics?name[]=up'), 'KV_BAD_REQUEST');
  });

  it('answers with an error if they cannot be read', async () => {
    const text = () => Promise.reject(new Error('secret path'));
    server = await ServerUnderTest.open({}, { metrics: { ...metrics, text } });
    await server.refuses(server.fetch('/metrics'), 'KV_INTERNAL');
  });

  it('is absent where there are none', async () => {
    server = await ServerUnderTest.open({}, { metrics: undefined });
    await server.refuses(server.fetch('/metrics'), 'KV_NO_SUCH_ROUTE');
  });
});
