/** What real servers log under load, errors and a hanging disk: why requests are slow, and no key and no value. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openRig } from '../faults/disk/rig.ts';
import { Missing } from '../faults/disk/shim-library.ts';
import { ProcessCluster } from './process-cluster.ts';

const secretKey = 'key-sekrit-4711';
const secretValue = 'value-geheim-0815';
const secrets = [secretKey, secretValue].flatMap((secret) => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
  [...Buffer.from(secret)].join(','),
]);

const pollMs = 20;

interface LogLine {
  readonly msg?: string;
  readonly requestId?: string;
  readonly transport?: string;
}

/** The objects of all lines that are JSON. */
function linesOf({ log }: ProcessCluster): LogLine[] {
  return log.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

async function slowLine(
  cluster: ProcessCluster,
  isIt: (line: LogLine) => boolean,
): Promise<LogLine> {
  for (;;) {
    const found = linesOf(cluster).find((line) => line.msg === 'slow request' && isIt(line));
    if (found !== undefined) return found;
    await pause(pollMs);
  }
}

/** Requests that succeed, that are refused, and that are no requests at all, all with the secrets in them. */
async function misuse(address: string): Promise<void> {
  const url = `http://${address}`;
  const json = { 'content-type': 'application/json' };
  const key = Buffer.from(secretKey).toString('base64');
  const value = Buffer.from(secretValue).toString('base64');
  const session = { id: 1, number: 9999, firstOutstanding: 1 };
  const bodies = [
    JSON.stringify({ key, value, session }),
    JSON.stringify({ key, value: secretValue }),
    JSON.stringify({ [secretKey]: secretValue }),
    `{"key":"${secretKey}"`,
  ];
  const post = { method: 'POST', headers: json };
  for (const body of bodies) await fetch(`${url}/v1/put`, { ...post, body });
  await fetch(`${url}/v1/kv/${secretKey}`, { method: 'PUT', body: secretValue });
  await fetch(`${url}/v1/kv/${secretKey}?${secretValue}`);
  await fetch(`${url}/v1/kv/${secretKey}%ff`);
  await fetch(`${url}/${secretKey}`, { headers: { 'x-request-id': `${secretValue} ` } });
  await fetch(`${url}/v1/increment`, { ...post, body: JSON.stringify({ key }) });
  await fetch(`${url}/v1/kv/${secretKey.repeat(100)}`, { method: 'PUT', body: secretValue });
}

describe('the logs of three processes', () => {
  it('say where the time of slow requests went, and hold no key and no value', async function () {
    const rig = await openRig('shim').catch((error: unknown) => {
      if (error instanceof Missing) this.skip();
      throw error;
    });
    const cluster = await ProcessCluster.start({
      ...rig.settings,
      environmentOf: (node) => ({
        ...rig.settings.environmentOf?.(node),
        PAXKV_SLOW_REQUEST_MS: '400',
        PAXKV_LOG_LEVEL: 'debug',
      }),
    });
    try {
      for (const address of cluster.addresses) await misuse(address);
      const client = cluster.client();
      await client.put(secretKey, secretValue);
      await client.increment(secretKey, 1).catch(() => {});
      for (const node of cluster.nodes) rig.shimOf(node).arrange({ calls: ['sync'], waitMs: 1500 });
      const [address = ''] = cluster.addresses;
      const headers = { 'x-request-id': 'my-slow-put' };
      const putting = fetch(`http://${address}/v1/kv/${secretKey}`, {
        ...{ method: 'PUT', body: secretValue, headers },
      });
      const streaming = client.put(secretKey, secretValue);
      await pause(800);
      for (const node of cluster.nodes) rig.shimOf(node).clear();
      expect((await putting).status).to.equal(200);
      await streaming;
      const line = await slowLine(cluster, ({ requestId }) => requestId === 'my-slow-put');
      expect(line).to.include({ command: 'put', transport: 'http', outcome: 'done' });
      const { totalMs, queueMs, consensusMs, flushMs, applyMs, replyMs } = line as Readonly<
        Record<string, number>
      >;
      expect(totalMs).to.be.at.least(400);
      const parts = [queueMs, consensusMs, applyMs, replyMs].map(Number);
      expect(parts.reduce((sum, part) => sum + part)).to.be.closeTo(Number(totalMs), 1);
      expect(Number(queueMs) + Number(consensusMs)).to.be.at.least(300);
      expect(flushMs)
        .to.be.above(0)
        .and.at.most(Number(consensusMs) + 0.2);
      await slowLine(cluster, ({ transport }) => transport === 'stream');
      await cluster.kill(1, 2);
      await cluster
        .client({ timeoutMs: 1500 })
        .put(secretKey, secretValue)
        .catch(() => {});
      await pause(200);
      for (const secret of secrets) expect(cluster.log).not.to.include(secret);
    } finally {
      await cluster.close();
      await rig.close();
    }
  }).timeout(60_000);
});
