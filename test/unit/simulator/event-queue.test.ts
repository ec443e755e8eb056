import { SeededRandom, World } from '@paxkv/simulator';
import { expect } from 'chai';
import fc from 'fast-check';

/** What is scheduled, and whether it is called off before it is due. */
const plan = fc.array(fc.record({ delayMs: fc.nat(9), isCalledOff: fc.boolean() }), {
  maxLength: 60,
});

interface Planned {
  readonly delayMs: number;
  readonly isCalledOff: boolean;
}

async function runInWorld(planned: readonly Planned[]): Promise<number[]> {
  const world = new World({ seed: 1 });
  const happened: number[] = [];
  await world.run(async () => {
    const callOffs = planned.map(({ delayMs }, index) =>
      world.schedule(delayMs, () => happened.push(index)),
    );
    for (const [index, callOff] of callOffs.entries()) {
      if (planned[index]?.isCalledOff) callOff();
    }
    await world.sleep(10);
  });
  return happened;
}

/** The same, by sorting. */
function expectedOf(planned: readonly Planned[]): number[] {
  const due = planned.map((event, index) => ({ ...event, index }));
  return due
    .filter(({ isCalledOff }) => !isCalledOff)
    .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index)
    .map(({ index }) => index);
}

describe('EventQueue', () => {
  it('lets happen what is not called off, by time, and by the order scheduled at one time', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (planned) => {
        expect(await runInWorld(planned)).to.deep.equal(expectedOf(planned));
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('stays in order while many of many events are called off', async () => {
    const random = new SeededRandom(7);
    const planned = Array.from({ length: 2_000 }, () => ({
      delayMs: random.between(0, 10),
      isCalledOff: random.chance(0.6),
    }));
    expect(await runInWorld(planned)).to.deep.equal(expectedOf(planned));
  });

  it('takes a second or late calling-off as nothing', async () => {
    const world = new World({ seed: 1 });
    const happened: string[] = [];
    await world.run(async () => {
      const callOff = world.schedule(1, () => happened.push('first'));
      world.schedule(3, () => happened.push('second'));
      await world.sleep(2);
      callOff();
      callOff();
      await world.sleep(2);
    });
    expect(happened).to.deep.equal(['first', 'second']);
  });
});
