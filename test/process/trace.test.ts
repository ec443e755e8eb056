/** The flight recorders of real servers, whose leader is killed: each recording replays with the same effects. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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
      const { stepCount, firstOther, end } = await replayTraceFile(file, (line) =>
        printed.push(line),
      );
      expect(firstOther, `server ${node}`).to.equal(undefined);
      expect(stepCount).to.be.above(5);
      expect(end).to.match(/^leader \d, /);
      // That of the leader has both of its runs: the one that was killed, and the next.
      const runs = printed.filter((line) => line.startsWith('peer '));
      expect(runs[0]).to.contain('memory new');
      expect(runs.filter((line) => line.includes('memory kept'))).to.have.length(
        node === leader ? 1 : 0,
      );
      expect(printed.join('\n')).to.not.contain(secret);
    }
  });

  it('is on the disk of a server that was killed, all but the last second', async () => {
    const client = cluster.client();
    await client.put('last', secret);
    await sleep(2500);
    const { leader } = await cluster.status(0);
    await cluster.kill(leader ?? 0);
    const directory = join(cluster.directoryOf(leader ?? 0), 'trace');
    const names = (await readdir(directory)).toSorted();
    const segments = await Promise.all(names.map((name) => readFile(join(directory, name))));
    const file = join(folder, 'killed.gz');
    await writeFile(file, Buffer.concat(segments));
    const printed: string[] = [];
    const { firstOther } = await replayTraceFile(file, (line) => printed.push(line));
    expect(firstOther).to.equal(undefined);
    const proposals = printed.filter((line) => / propose \d+/.test(line));
    expect(proposals.length).to.be.above(0);
    await cluster.restart(leader ?? 0);
  });
});
