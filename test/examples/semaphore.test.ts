import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { clusterPerTest } from '../process/cluster-per-test.ts';
import type { ScriptProcess } from '../process/script-process.ts';
import { changesByRevision } from './changes-by-revision.ts';
import { ExampleProcesses } from './example-processes.ts';

const size = 2;
const places = 'semaphore/places/';
const inside = 'semaphore/inside/';

describe('the semaphore of the examples', () => {
  const each = clusterPerTest();
  const processes = new ExampleProcesses('semaphore.mjs');

  it('has at most its number of holders at any revision, though holders and a server are killed', async () => {
    const { cluster } = each;
    const client = cluster.client();
    const work = () => processes.start(cluster, 'work');
    const left = [work(), work(), work(), work()];
    const killed = [await killWhenItSays(left.shift() ?? work(), 'enters')];
    await cluster.kill(0);
    killed.push(await killWhenItSays(left.shift() ?? work(), 'enters'));
    cluster.launch(0);
    await Promise.all(left.map((process) => entered(process, 10)));

    // What each revision left: the places in the line, and the fences of those that are inside.
    const line = new Map<string, number>();
    const holders = new Set<number>();
    const seen = new Set<number>();
    let most = 0;
    for (const changes of await changesByRevision(client, 'semaphore/')) {
      for (const change of changes) {
        const { key, type } = change;
        if (key.startsWith(places)) {
          if (type === 'delete') line.delete(key);
          else line.set(key, change.createRevision);
        } else {
          const fence = Number(key.slice(inside.length));
          if (type === 'delete') holders.delete(fence);
          else holders.add(fence);
          seen.add(fence);
        }
      }
      const first = [...line.values()].sort((a, b) => a - b).slice(0, size);
      expect(first).to.include.members([...holders]);
      most = Math.max(most, holders.size);
    }
    expect(most).to.equal(size);
    expect([...seen]).to.include.members(killed.map(Number));
  }).timeout(120_000);
});

/** Resolves when the process has held the semaphore so often from now on. */
async function entered(process: ScriptProcess, count: number): Promise<void> {
  const from = process.lines.length;
  const isEntry = (line: string) => line.startsWith('enters');
  while (process.lines.slice(from).filter(isEntry).length < count) await pause(20);
}

/** Kills the process as soon as its latest line begins with `text`. Resolves with the last word of that line. */
async function killWhenItSays(process: ScriptProcess, text: string): Promise<string> {
  for (;;) {
    const line = process.lines.at(-1);
    if (line?.startsWith(text)) {
      await process.kill();
      return line.split(' ').at(-1) ?? '';
    }
    await pause(5);
  }
}
