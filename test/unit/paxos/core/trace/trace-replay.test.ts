import { PaxosError } from '@paxkv/paxos';
import { TraceReplay } from '@paxkv/paxos/core';
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
    runs = (await Promise.all([1, 2, 3, 4, 5].map(recordRuns))).flat();
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
    for (const lines of [[], ['{'], ['null'], ['{}'], ['{"trace":2}'], longest.slice(1)]) {
      expect(() => new TraceReplay(lines), lines[0]).to.throw(PaxosError);
    }
    const step = { at: 1, event: { type: 'wake' }, hash: '0'.repeat(16) };
    const without = Object.keys(step).map((name) => JSON.stringify({ ...step, [name]: undefined }));
    for (const line of ['{', '7', ...without]) {
      expect(() => replay([longest[0] ?? '', line]), line).to.throw(PaxosError);
    }
  });
});

function open(lines: readonly string[]) {
  const replayed = new TraceReplay(lines);
  return { peer: replayed.peer, steps: replayed.steps() };
}
