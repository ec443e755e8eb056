import { setTimeout as pause } from 'node:timers/promises';
import type { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { clusterPerTest } from '../process/cluster-per-test.ts';
import type { ScriptProcess } from '../process/script-process.ts';
import { changesByRevision } from './changes-by-revision.ts';
import { ExampleProcesses } from './example-processes.ts';

const jobs = Array.from({ length: 24 }, (_, index) => `${index + 1}`);
/** Claims whose jobs came back: that of a consumer that was killed, and that of one that was stopped for long. */
const brokenCount = 2;

interface Result {
  readonly value: number;
  readonly fence: number;
}

interface Claim {
  readonly fence: number;
  /** The revision at which it ended. */
  readonly end: number;
}

describe('the work queue of the examples', () => {
  const each = clusterPerTest();
  const processes = new ExampleProcesses('work-queue.mjs');

  it('loses no job, and does each under one claim, though consumers and a server are killed', async () => {
    const { cluster } = each;
    const client = cluster.client();
    const consume = () => processes.start(cluster, 'consume');
    const [killed, late] = [consume(), consume()];
    consume();
    processes.start(cluster, 'add', ...jobs);
    await stopBusy(killed, client);
    await killed.kill();
    await cluster.kill(0);
    const id = await stopBusy(late, client);
    cluster.launch(0);
    while (!(await client.has(`queue/results/${id}`))) await pause(50);
    late.signal('SIGCONT');
    await late.says(`too late ${id}`);
    while ((await client.count({ prefix: 'queue/results/' })) < jobs.length) await pause(50);

    const claimsOf = new Map<string, Claim[]>(jobs.map((id) => [id, []]));
    const claimed = new Map<string, number>();
    for (const change of (await changesByRevision(client, 'queue/claims/')).flat()) {
      const id = change.key.slice('queue/claims/'.length);
      if (change.type === 'delete') {
        claimsOf.get(id)?.push({ fence: claimed.get(id) ?? 0, end: change.modRevision });
        claimed.delete(id);
      } else {
        expect(claimed.has(id), `${id} is claimed twice`).to.equal(false);
        claimed.set(id, change.createRevision);
      }
    }
    expect([...claimed]).to.deep.equal([]);
    expect([...claimsOf.values()].flat()).to.have.length.of.at.least(jobs.length + brokenCount);

    const results = client.namespace<Result>('queue/results/', { encoding: 'json' });
    for (const id of jobs) {
      const entry = await results.getEntry(id);
      expect(entry?.value.value, id).to.equal(Number(id) ** 2);
      expect(entry?.version, `${id} is done once`).to.equal(1);
      const last = claimsOf.get(id)?.at(-1);
      expect({ fence: entry?.value.fence, end: entry?.modRevision }, id).to.deep.equal(last);
    }
    expect(await client.count({ prefix: 'queue/jobs/' })).to.equal(0);
  }).timeout(120_000);
});

/** Stops the consumer while it has a claim. Resolves with the job. */
async function stopBusy(consumer: ScriptProcess, client: KvClient): Promise<string> {
  for (;;) {
    const [word, id = '', fence] = consumer.lines.at(-1)?.split(' ') ?? [];
    if (word === 'claimed') {
      consumer.signal('SIGSTOP');
      // It may have sent the end of its job just before.
      await pause(1000);
      const claim = await client.getEntry(`queue/claims/${id}`);
      if (`${claim?.createRevision}` === fence) return id;
      consumer.signal('SIGCONT');
    }
    await pause(5);
  }
}
