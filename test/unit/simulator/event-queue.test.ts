import { World } from '@paxkv/simulator';
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

describe('EventQueue', () => {
  it('lets happen what is not called off, by time, and by the order scheduled at one time', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (planned) => {
        const due = planned.map((event, index) => ({ ...event, index }));
        const expected = due
          .filter(({ isCalledOff }) => !isCalledOff)
          .sort((a, b) => a.delayMs - b.delayMs || a.index - b.index);
        expect(await runInWorld(planned)).to.deep.equal(expected.map(({ index }) => index));
      }),
      { seed: 7, numRuns: 200 },
    );
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
