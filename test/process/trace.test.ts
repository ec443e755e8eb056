/** The flight recorders of real servers, whose leader is killed: each recording replays with the same effects. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replayTraceFile } from '@paxkv/playground/internal/build/trace-report';
import { expect } from 'chai';
import { ProcessCluster } from './process-cluster.ts';

const secret = 'a value that nobody else may read';

describe('the recordings of a cluster', function () {
  this.timeout(60_000);
  let cluster: ProcessCluster;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-trace-'));
    cluster = await ProcessCluster.start({ environmentOf: () => ({ PAXKV_TRACE: 'yes' }) });
  });

  after(async () => {
    await cluster?.close();
    await rm(folder, { recursive: true });
  });

  it('replay bit for bit, also of a server that was killed and started again', async () => {
    const client = cluster.client();
    const write = (name: string) =>
      Promise.all(
        Array.from({ length: 100 }, (_, index) => client.put(`${name} ${index}`, secret)),
      );
    await write('before');
    const { leader } = await cluster.status(0);
    await cluster.kill(leader ?? 0);
    await write('without');
    await cluster.restart(leader ?? 0);
    await write('after');
    for (const [node, address] of cluster.addresses.entries()) {
      const printed: string[] = [];
      const file = join(folder, `${node}.gz`);
      const response = await fetch(`http://${address}/trace`);
      await writeFile(file, Buffer.from(await response.arrayBuffer()));
      const { stepCount, firstOther, end } = replayTraceFile(file, (line) => printed.push(line));
      expect(firstOther, `server ${node}`).to.equal(undefined);
      expect(stepCount).to.be.above(5);
      expect(end).to.match(/^leader \d, /);
      expect(printed[0]).to.contain(node === leader ? 'memory kept' : 'memory new');
      expect(printed.join('\n')).to.not.contain(secret);
    }
  });
});
