import { expect } from 'chai';
import { ServerUnderTest } from '../server-under-test.ts';

describe('the route of the flight recorder', () => {
  let server: ServerUnderTest;

  afterEach(() => server.close());

  it('sends the recording as a file that no cache keeps', async () => {
    server = await ServerUnderTest.open({}, { trace: async () => Buffer.from('bytes') });
    const response = await server.fetch('/trace');
    expect(await response.text()).to.equal('bytes');
    expect(response.headers.get('content-type')).to.equal('application/gzip');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    await server.refuses(server.fetch('/trace?x'), 'KV_BAD_REQUEST');
  });

  it('is an unknown path where nothing is recorded', async () => {
    server = await ServerUnderTest.open();
    await server.refuses(server.fetch('/trace'), 'KV_NO_SUCH_ROUTE');
  });
});
