/** How soon another peer decides once the leader is gone and its connections end, in virtual time. */
import { expect } from 'chai';
import { Candidates } from './candidates.ts';

const openMs = 200;
/** Longer than any take-over takes, even one that waits for the leader's silence. */
const watchMs = 2000;

interface Ending {
  readonly peerCount: number;
  readonly seedCount: number;
  readonly isPolite?: boolean;
}

/** The times from the end of the leader to the first decision of the next, in ms, for many seeds, sorted. */
async function takeOvers(ending: Ending): Promise<number[]> {
  const times: number[] = [];
  for (let seed = 0; seed < ending.seedCount; seed += 1) times.push(await takeOverMs(seed, ending));
  return times.sort((a, b) => a - b);
}

async function takeOverMs(seed: number, ending: Ending): Promise<number> {
  const { peerCount, isPolite = false } = ending;
  const group = new Candidates({ seed, peerCount, hints: true, startMs: 1 });
  let ms = Infinity;
  await group.run(async () => {
    await group.open(openMs);
    const [leader = 0] = group.leaders;
    // At any moment between two heartbeats or within a round.
    await group.sleep(group.world.random('end').between(0, 50));
    const { ballotCount } = group;
    const endMs = group.world.now();
    if (isPolite) group.stop(leader);
    else group.crash(leader);
    const isNext = () =>
      group.decided.find((each) => each.atMs > endMs && each.value !== `${leader}`);
    for (let waited = 0; waited < watchMs && isNext() === undefined; waited += 5)
      await group.sleep(5);
    ms = (isNext()?.atMs ?? Infinity) - endMs;
    await group.sleep(50);
    expect(group.ballotCount - ballotCount, `ballots of seed ${seed}`).to.be.at.most(peerCount - 1);
    expect(group.leaders, `seed ${seed}`).to.have.length(1);
  });
  return ms;
}

function at(times: readonly number[], part: number): number {
  return times[Math.floor(part * (times.length - 1))] ?? Infinity;
}

describe('Taking over', () => {
  for (const { peerCount, seedCount } of [
    { peerCount: 3, seedCount: 200 },
    { peerCount: 5, seedCount: 50 },
  ]) {
    it(`takes a few milliseconds when the connections to the leader end, among ${peerCount}`, async () => {
      const times = await takeOvers({ peerCount, seedCount });
      expect(at(times, 0.5), 'median').to.be.below(20);
      expect(at(times, 0.9)).to.be.below(30);
      expect(at(times, 1), 'worst').to.be.below(60);
    });
  }

  it('takes no more than that when the leader stops and transfers leadership', async () => {
    const times = await takeOvers({ peerCount: 3, seedCount: 50, isPolite: true });
    expect(at(times, 0.5), 'median').to.be.below(10);
    expect(at(times, 1), 'worst').to.be.below(60);
  });
});
