import { PaxosError } from '@paxkv/paxos';
import { TraceReplay, type TraceStart } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { recordRuns } from './recorded-cluster.ts';

/** The number of steps, and of those with other effects than recorded. */
function replay(lines: readonly string[]): { count: number; otherCount: number } {
  let [count, otherCount] = [0, 0];
  for (const { isSame } of new TraceReplay(lines).steps()) {
    count += 1;
    if (!isSame) otherCount += 1;
  }
  return { count, otherCount };
}

describe('a replay', () => {
  let runs: readonly (readonly string[])[];
  let longest: readonly string[];

  before(async () => {
    runs = (await Promise.all([1, 2, 3].map((seed) => recordRuns(seed)))).flat();
    longest = runs.reduce((most, run) => (run.length > most.length ? run : most), []);
  });

  it('makes each recorded step again, over faults, elections, crashes and restarts', () => {
    for (const run of runs) {
      expect(replay(run)).to.deep.equal({ count: run.length - 1, otherCount: 0 });
    }
    const all = runs.flat().join('\n');
    for (const part of ['"logPromised"', '"learned"', '"persisted"', '"readIndexReply"']) {
      expect(all).to.contain(part);
    }
    const kept = runs.filter(([start = '']) => /"state":"kept".*"writes":\[\{/.test(start));
    expect(kept.length, 'runs that begin with a memory').to.be.above(5);
    expect(all).to.contain('"messageLimits":{"voteCountMax":1,"learnCountMax":2}');
  });

  it('has the peer as it was after each step', () => {
    const { peer, steps } = open(longest);
    for (const _ of steps) expect(peer.min).to.be.at.most(peer.max + 1);
    expect(peer.max).to.be.above(5);
  });

  it('tells which step has other effects, if an input was another', () => {
    const at = longest.findIndex((line) => line.includes('"type":"accept"'));
    const changed = longest.with(
      at,
      (longest[at] ?? '').replace(/"value":"[^"]+"/, '"value":"9:x"'),
    );
    const other = [...new TraceReplay(changed).steps()].find(({ isSame }) => !isSame);
    expect(other?.index).to.equal(at - 1);
    expect(other?.hash).to.not.equal(other?.step.hash);
  });

  it('goes wrong without one of the inputs', () => {
    const at = longest.findIndex((line) => line.includes('"type":"persisted"'));
    const { steps } = open(longest.toSpliced(at, 1));
    let hasOther = false;
    for (const { isSame } of steps) {
      hasOther = !isSame;
      if (hasOther) break;
    }
    expect(hasOther).to.equal(true);
  });

  it('goes wrong if equal values become one, which the core distinguishes', () => {
    const merged = runs.map((run) =>
      run.map((line) => line.replaceAll(/"value":"[^"]+"/g, '"value":"1:1"')),
    );
    expect(merged.some((run) => replay(run).otherCount > 0)).to.equal(true);
  });

  it('refuses to draw a number that was not drawn', () => {
    const without = longest.map((line) => line.replace(/"draws":\[[^\]]+\]/, '"draws":[]'));
    expect(() => replay(without)).to.throw(PaxosError, 'not drawn');
  });

  it('is wrong where it draws fewer numbers than were drawn', () => {
    const at = longest.findIndex((line, index) => index > 0 && line.includes('"draws":['));
    const more = longest.with(at, (longest[at] ?? '').replace('"draws":[', '"draws":[0.5,'));
    const other = [...new TraceReplay(more.slice(0, at + 1)).steps()].findIndex(
      (step) => !step.isSame,
    );
    expect(other).to.equal(at - 1);
  });

  it('refuses what is no trace, or one of another version', () => {
    const partly = ['', ',"memory":{}', ',"draws":[]', ',"memory":{},"draws":7'];
    const second = partly.map((rest) => `{"trace":2${rest}}`);
    const starts = ['{', 'null', '{}', '{"trace":1}', ...second].map((line) => [line]);
    for (const lines of [[], ...starts, longest.slice(1)]) {
      expect(() => new TraceReplay(lines), lines[0]).to.throw(PaxosError);
    }
    const step = { at: 1, event: { type: 'wake' }, hash: '0'.repeat(16) };
    const without = Object.keys(step).map((name) => JSON.stringify({ ...step, [name]: undefined }));
    for (const line of ['{', '7', ...without]) {
      expect(() => replay([longest[0] ?? '', line]), line).to.throw(PaxosError);
    }
  });
});

describe('a replay of the last parts of a trace', () => {
  const isStart = (line: string) => line.startsWith('{"trace"');

  it('has the recorded effects, at whatever moment the first of them begins', async function () {
    this.timeout(30_000);
    let count = 0;
    for (const [seed, partLength] of [
      [1, 13],
      [2, 17],
      [3, 19],
    ] as const) {
      for (const run of await recordRuns(seed, partLength)) {
        const starts = run.flatMap((line, index) => (isStart(line) ? [index] : []));
        for (const [index, from] of starts.entries()) {
          // What was resumed wrongly may show late.
          const some = run.slice(from, starts[index + 3]);
          const lines = some.filter((line, at) => at === 0 || !isStart(line));
          const expected = { count: lines.length - 1, otherCount: 0 };
          expect(replay(lines), `seed ${seed}, line ${from}`).to.deep.equal(expected);
          count += 1;
        }
      }
    }
    expect(count).to.be.above(200);
  });

  it('knows at the start of each part what the peer of the part before knew at its end', async function () {
    this.timeout(30_000);
    let count = 0;
    for (const run of await recordRuns(2, 40)) {
      const replayed = new TraceReplay(run.filter((line, at) => at === 0 || !isStart(line)));
      const steps = replayed.steps();
      for (const line of run.slice(1)) {
        if (isStart(line)) {
          const { snapshot } = JSON.parse(line) as TraceStart;
          const text = JSON.stringify(snapshot);
          expect(JSON.stringify(replayed.peer.snapshot())).to.equal(text);
          // JSON writes what it cannot hold as null.
          expect(text).to.not.contain('null');
          count += 1;
        } else steps.next();
      }
    }
    expect(count).to.be.above(30);
  });

  it('goes on with the right effects after a part that lacks an input', async () => {
    const runs = await recordRuns(1, 40);
    const run = runs.find((lines) => lines.filter(isStart).length > 2) ?? [];
    const broken = replay(run.toSpliced(1, 3));
    expect(broken.otherCount).to.be.within(0, 39);
    expect(replay(run).otherCount).to.equal(0);
  });
});

function open(lines: readonly string[]) {
  const replayed = new TraceReplay(lines);
  return { peer: replayed.peer, steps: replayed.steps() };
}
