import { SeededRandom, World } from '@paxkv/simulator';
import { expect } from 'chai';
import fc from 'fast-check';

/** What is scheduled, and whether it is cancelled before it is due. */
const plan = fc.array(fc.record({ delayMs: fc.nat(9), isCancelled: fc.boolean() }), {
  maxLength: 60,
});

interface Planned {
  readonly delayMs: number;
  readonly isCancelled: boolean;
}

async function runInWorld(planned: readonly Planned[]): Promise<number[]> {
  const world = new World({ seed: 1 });
  const happened: number[] = [];
  await world.run(async () => {
    const cancels = planned.map(({ delayMs }, index) =>
      world.schedule(delayMs, () => happened.push(index)),
    );
    for (const [index, cancel] of cancels.entries()) {
      if (planned[index]?.isCancelled) cancel();
    }
    await world.sleep(10);
  });
  return happened;
}

/** The expected order, by sorting. */
function expectedOf(planned: readonly Planned[]): number[] {
  const due = planned.map((event, index) => ({ ...event, index }));
  return due
    .filter(({ isCancelled }) => !isCancelled)
    .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
    .map(({ index }) => index);
}

describe('EventQueue', () => {
  it('runs what is not cancelled by time, and by the order added at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (planned) => {
        expect(await runInWorld(planned)).to.deep.equal(expectedOf(planned));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('stays in order while many of many events are cancelled', async () => {
    const random = new SeededRandom(7);
    const planned = Array.from({ length: 2_000 }, () => ({
      delayMs: random.between(0, 10),
      isCancelled: random.chance(0.6),
    }));
    expect(await runInWorld(planned)).to.deep.equal(expectedOf(planned));
  });

  it('ignores a second or late cancellation', async () => {
    const world = new World({ seed: 1 });
    const happened: string[] = [];
    await world.run(async () => {
      const cancel = world.schedule(1, () => happened.push('first'));
      world.schedule(3, () => happened.push('second'));
      await world.sleep(2);
      cancel();
      cancel();
      await world.sleep(2);
    });
    expect(happened).to.deep.equal(['first', 'second']);
  });
});
