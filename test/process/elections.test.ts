/** Elections of processes that are killed, seen by a client that only listens, while servers are killed, too. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Leader } from '@paxkv/client';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import { ScriptProcess } from './script-process.ts';

const ttlMs = 8000;
const names = ['a', 'b', 'c'];

describe('elections of processes', () => {
  const each = clusterPerTest();
  let candidates = new Map<string, ScriptProcess>();

  afterEach(() => Promise.all([...candidates.values()].map((candidate) => candidate.kill())));

  it('show every leader and all that it announced, in order, whatever is killed', async () => {
    const { cluster } = each;
    const script = new URL('./election-candidate.js', import.meta.url);
    candidates = new Map(
      names.map((name) => {
        const words = ['e', String(ttlMs), name, ...cluster.endpoints];
        return [name, new ScriptProcess(script, words)];
      }),
    );
    const seen: (Leader<string> | undefined)[] = [];
    const stop = new AbortController();
    const listening = (async () => {
      const leaders = cluster.client().leader('e', { signal: stop.signal });
      for await (const leader of leaders) seen.push(leader);
    })();
    const running = new Set(names);
    /** The process that leads, as far as it is seen, and that is not killed. */
    const leading = async (): Promise<string> => {
      for (;;) {
        const name = seen.at(-1)?.value?.split(' ')[0];
        if (name !== undefined && running.has(name)) return name;
        await pause(10);
      }
    };
    for (const node of cluster.nodes) {
      await leading();
      await cluster.kill(node);
      await pause(1000);
      await cluster.restart(node);
      const name = await leading();
      running.delete(name);
      await candidates.get(name)?.kill();
    }
    while (seen.at(-1) !== undefined) await pause(10);
    stop.abort();
    await listening;

    const leaders = seen.filter((leader) => leader !== undefined);
    const fences = [...new Set(leaders.map(({ fence }) => fence))];
    expect(fences).to.deep.equal([...fences].sort((a, b) => a - b));
    for (const fence of fences) {
      const values = leaders.filter((leader) => leader.fence === fence).map(({ value }) => value);
      const [name] = values[0]?.split(' ') ?? [];
      expect(values).to.deep.equal(values.map((_, number) => `${name} ${number}`));
    }
    const lines = [...candidates.values()].flatMap((candidate) => candidate.lines);
    const led = lines.filter((line) => line.startsWith('leads')).map((line) => line.split(' ')[1]);
    expect(led).to.have.length.of.at.least(names.length);
    expect(fences.map(String)).to.include.members(led);
    const announced = leaders.map(({ fence, value }) => `said ${fence} ${value?.split(' ')[1]}`);
    expect(announced).to.include.members(lines.filter((line) => line.startsWith('said')));
  }).timeout(120_000);
});
