/** The client in a real browser, against a real server. */
import { expect } from 'chai';
import { ProcessCluster } from '../process/process-cluster.ts';
import { findChromium, openPage } from './chromium.ts';
import { PageServer } from './page-server.ts';

/** The page's script. All calls use one WebSocket, except for the status, which uses `fetch`. */
const script = `
  import { KvClient } from '@paxkv/client';
  const report = {};
  try {
    const client = new KvClient({ endpoints: location.origin, timeoutMs: 20_000 });
    report.absent = (await client.get('colour')) === undefined;
    report.put = await client.put('colour', 'blü');
    report.colour = await client.get('colour');
    report.mayBeOld = await client.get('colour', { consistency: 'serializable' });
    await Promise.all(Array.from({ length: 500 }, (_, number) => client.append('list', number + ' ')));
    report.words = new Set((await client.get('list')).trim().split(' ')).size;
    const large = new Uint8Array(1024 * 1024).fill(120);
    await client.put('large', large);
    report.large = (await client.get('large')).length;
    report.node = (await client.status()).node;
    report.delete = (await client.delete('colour')).deleted;
    await client.close();
  } catch (error) {
    report.error = String(error?.stack ?? error);
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
`;

describe('the client in a browser', function () {
  this.timeout(60_000);
  let cluster: ProcessCluster | undefined;
  let page: PageServer | undefined;
  let closeBrowser = async () => {};

  afterEach(async () => {
    await closeBrowser();
    await page?.close();
    await cluster?.close();
  });

  it('reads and writes over its own WebSocket (left out where no Chromium is installed)', async function () {
    const chromium = findChromium();
    if (chromium === undefined) {
      this.skip();
      return;
    }
    cluster = await ProcessCluster.start({ nodeCount: 1 });
    page = await PageServer.open(script, cluster.addresses[0] ?? '');
    closeBrowser = await openPage(chromium, page.url);
    expect(await page.report).to.deep.equal({
      absent: true,
      put: { revision: 1 },
      colour: 'blü',
      mayBeOld: 'blü',
      words: 500,
      large: 1024 * 1024,
      node: 0,
      delete: true,
    });
    expect(page.passedOn.filter((each) => !each.includes('favicon'))).to.deep.equal([
      'WebSocket /v1/stream',
      'GET /status',
    ]);
  });
});
