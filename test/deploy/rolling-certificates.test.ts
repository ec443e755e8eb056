/**
 * New certificates for one node after the other, on real processes under load, with TLS between them, HTTPS and WSS for
 * clients, and users.
 */

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { expect } from 'chai';
import { writeCerts } from 'paxkv/internal/certs/cert-files';
import { Appenders } from '../process/appenders.ts';
import { ProcessCluster } from '../process/process-cluster.ts';
import { roll } from './rolling-script.ts';

const laneCount = 4;
const reloadMsMax = 10_000;
const rootToken = 'root-token-of-a-cluster-with-new-certificates';

describe('deploy/rolling.mjs with new certificates', function () {
  this.timeout(120_000);
  let directory: string;
  let cluster: ProcessCluster | undefined;
  let control: Server | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-certificates-'));
  });
  afterEach(async () => {
    control?.close();
    await cluster?.close();
    await rm(directory, { recursive: true });
  });

  /** New certificates of the same authority, in a directory that is on no node. */
  async function makeCerts(): Promise<void> {
    const hosts = ['127.0.0.1'];
    await writeCerts({ directory, cluster: 'tests', members: 3, hosts, users: [], days: 1 });
  }

  const onNode = (node: number, name: string) => join(directory, `node-${node}`, name);

  async function install(node: number): Promise<void> {
    await mkdir(join(directory, `node-${node}`), { recursive: true });
    await copyFile(join(directory, 'ca.pem'), onNode(node, 'ca.pem'));
    await copyFile(join(directory, `member-${node}-key.pem`), onNode(node, 'key.pem'));
    await copyFile(join(directory, `member-${node}.pem`), onNode(node, 'cert.pem'));
  }

  async function serialInFile(node: number): Promise<string> {
    return new X509Certificate(await readFile(onNode(node, 'cert.pem'))).serialNumber;
  }

  /** The serial number of the certificate that the node shows to others. */
  async function serialShown(address: string): Promise<string> {
    const [host, port] = address.split(':');
    const socket = connect({ host: host ?? '', port: Number(port), rejectUnauthorized: false });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }

  it('takes them without a restart, and no request fails', async () => {
    await makeCerts();
    for (const node of [0, 1, 2]) await install(node);
    const [caFile, tokenFile] = [join(directory, 'ca.pem'), join(directory, 'root-token')];
    const ca = await readFile(caFile, 'utf8');
    await writeFile(tokenFile, rootToken, { mode: 0o600 });
    const running = await ProcessCluster.start({
      environmentOf: (node) => ({
        PAXKV_PEER_CA_FILE: onNode(node, 'ca.pem'),
        PAXKV_PEER_KEY_FILE: onNode(node, 'key.pem'),
        PAXKV_PEER_CERT_FILE: onNode(node, 'cert.pem'),
        PAXKV_TLS_KEY_FILE: onNode(node, 'key.pem'),
        PAXKV_TLS_CERT_FILE: onNode(node, 'cert.pem'),
        PAXKV_AUTH: 'yes',
        PAXKV_ROOT_TOKEN_FILE: tokenFile,
      }),
      credentials: () => ({ token: rootToken, tls: { ca } }),
    });
    cluster = running;
    const client = running.client();
    const load = new Appenders('list', new Array(laneCount).fill(client));
    await load.progress.advanced(50);
    const before = await Promise.all(running.nodes.map(serialInFile));
    await makeCerts();
    const changed: number[] = [];
    control = createServer((request, response) => {
      const node = Number(request.url?.slice(1));
      changed.push(node);
      install(node).then(
        () => {
          running.reload(node);
          response.end();
        },
        () => response.writeHead(500).end(),
      );
    });
    await once(control.listen(0, '127.0.0.1'), 'listening');
    const { code, output } = await roll({
      addresses: running.addresses,
      secured: { tokenFile, caFile },
      ask: `http://127.0.0.1:${(control.address() as AddressInfo).port}/`,
    });
    expect(code, output).to.equal(0);
    expect(changed).to.have.members([...running.nodes]);
    for (const node of running.nodes) {
      const wanted = await serialInFile(node);
      expect(wanted).not.to.equal(before[node]);
      for (const address of [running.peerAddresses[node], running.addresses[node]]) {
        const endMs = performance.now() + reloadMsMax;
        const isOld = async () => (await serialShown(address ?? '')) !== wanted;
        while ((await isOld()) && performance.now() < endMs) await sleep(100);
        expect(await isOld(), `node ${node} at ${address}`).to.equal(false);
      }
    }
    await load.progress.advanced(laneCount + 1);
    await load.stop();
    expect(load.gaveUp).to.deep.equal([]);
    load.check(await client.get('list'));
    const [wrongToken, ask] = [join(directory, 'wrong-token'), 'http://127.0.0.1:1/'];
    await writeFile(wrongToken, `paxkv_${'a'.repeat(16)}.${'b'.repeat(43)}`, { mode: 0o600 });
    const secured = { tokenFile: wrongToken, caFile };
    const refused = await roll({ addresses: running.addresses, secured, ask, wait: '1s' });
    expect(refused.code, refused.output).to.equal(1);
    expect(refused.output).to.contain('not every node is ready before the first node');
    expect(refused.output).to.contain('The token is wrong');
    expect(changed).to.have.lengthOf(running.nodes.length);
  });
});
