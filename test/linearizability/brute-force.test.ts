/** Compares the checker with brute force over small histories, and replays the orders it finds. */
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { toOperations } from '../history/pairing.ts';
import { isExplainable } from './brute-force.ts';
import { checkHistory } from './checker.ts';
import { withMutation } from './mutations.ts';
import { type HistoryShape, randomHistory } from './random-history.ts';
import { findFlaw } from './replay.ts';
import { findOrder } from './search.ts';

const historyCount = 1500;

/** Six mostly concurrent operations that write the same two values repeatedly. */
const tiny = {
  operationCount: 6,
  clientCount: 4,
  keyCount: 1,
  unknownShare: 0.3,
  pieces: ['a', 'b'],
};

/** The same with increments; all values but the empty one are counters. */
const tinyCounters = { ...tiny, pieces: ['1', '2', ''], hasIncrements: true };

/** Every write can be recognized in what was read. */
const { pieces: _, ...tinyUnique } = tiny;

/** Most values can be made up in several ways. */
const tinyAlike = { ...tiny, pieces: ['a', 'aa', ''], hasDeletes: false };

/** Mostly writes that nobody reads, under way for long. */
const tinyCrowded = { ...tinyUnique, slowShare: 0.4, unknownShare: 0.1, hasDeletes: false };

function randomTiny(
  seed: number,
  hasFullAnswers: boolean,
  shape: Omit<HistoryShape, 'hasFullAnswers'> = tiny,
) {
  const random = new SeededRandom(seed);
  let events = randomHistory(seed, { ...shape, hasFullAnswers });
  for (let mutations = random.integer(0, 3); mutations > 0; mutations -= 1)
    events = withMutation(events, random);
  return events;
}

describe('the checker, on small random histories', function () {
  this.timeout(60_000);

  for (const [hasFullAnswers, shape, what] of [
    [true, tiny, 'everything'],
    [false, tiny, 'values only'],
    [true, tinyCounters, 'everything, and values are counters'],
    [false, tinyCounters, 'values only, which are counters'],
    [true, tinyUnique, 'everything, and every write is recognized'],
    [false, tinyUnique, 'values only, and every write is recognized'],
    [false, tinyAlike, 'values only, made up in several ways'],
    [true, tinyAlike, 'everything, and values are made up in several ways'],
    [false, tinyCrowded, 'values only, of operations under way for long'],
  ] as const) {
    it(`agrees with brute force where answers have ${what}`, () => {
      const counts = { linearizable: 0, violated: 0, unknown: 0 };
      for (let seed = 0; seed < historyCount; seed += 1) {
        const events = randomTiny(seed, hasFullAnswers, shape);
        const { name } = checkHistory(events);
        const expected = isExplainable(toOperations(events)) ? 'linearizable' : 'violated';
        expect(name, `seed ${seed}`).to.equal(expected);
        counts[name] += 1;
      }
      expect(counts.linearizable, 'linearizable').to.be.above(historyCount / 5);
      expect(counts.violated, 'violated').to.be.above(historyCount / 5);
    });
  }

  it('finds orders that a reference store accepts in real time', () => {
    let foundCount = 0;
    for (let seed = 0; seed < historyCount; seed += 1) {
      const operations = toOperations(randomTiny(seed, seed % 2 === 0));
      const { verdict, order } = findOrder(operations, { stepCountMax: 10_000 });
      if (verdict !== 'linearizable') continue;
      foundCount += 1;
      expect(findFlaw(operations, order), `seed ${seed}`).to.equal(undefined);
    }
    expect(foundCount).to.be.above(historyCount / 5);
  });
});
