/** Compares the checker of transactions with brute force, and with the checker of single keys. */
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { toOperations } from '../history/pairing.ts';
import { checkOperations } from '../linearizability/checker.ts';
import { withMutation } from '../linearizability/mutations.ts';
import { randomHistory } from '../linearizability/random-history.ts';
import { isSerializable } from './brute-force.ts';
import { checkTransactions } from './checker.ts';
import { fromOperations } from './from-operations.ts';
import { randomTransactions, withSpoiledAnswer } from './random-transactions.ts';

const historyCount = 1500;
const tiny = { count: 5, keyCount: 2, concurrency: 3, openShare: 0.2 };

describe('the checker of transactions, on random histories', function () {
  this.timeout(60_000);

  for (const hasRevisions of [true, false]) {
    it(`agrees with brute force ${hasRevisions ? 'with' : 'without'} revisions`, () => {
      const counts = { revisions: 0, search: 0, violated: 0 };
      for (let seed = 0; seed < historyCount; seed += 1) {
        const random = new SeededRandom(seed);
        let transactions = randomTransactions(seed, { ...tiny, hasRevisions });
        for (let changes = random.integer(0, 2); changes > 0; changes -= 1) {
          transactions = withSpoiledAnswer(transactions, random);
        }
        const verdict = checkTransactions(transactions);
        const expected = isSerializable(transactions) ? 'serializable' : 'violated';
        expect(verdict.name, `seed ${seed}`).to.equal(expected);
        counts[verdict.name === 'serializable' ? verdict.by : 'violated'] += 1;
      }
      expect(counts.violated).to.be.above(historyCount / 5);
      expect(counts.search).to.be.above(historyCount / 50);
      if (hasRevisions) expect(counts.revisions).to.be.above(historyCount / 5);
    });
  }

  it('judges histories of single keys as the checker of single keys does', () => {
    const counts = { serializable: 0, violated: 0 };
    for (let seed = 0; seed < 300; seed += 1) {
      const random = new SeededRandom(seed);
      const shape = { operationCount: 12, clientCount: 3, keyCount: 2, unknownShare: 0.1 };
      let events = randomHistory(seed, { ...shape, hasFullAnswers: false });
      for (let changes = random.integer(0, 2); changes > 0; changes -= 1) {
        events = withMutation(events, random);
      }
      const operations = toOperations(events);
      if (operations.some(hasRevision)) continue;
      const { name } = checkTransactions(fromOperations(operations));
      const expected = checkOperations(operations).name;
      expect(name, `seed ${seed}`).to.equal(
        expected === 'linearizable' ? 'serializable' : expected,
      );
      if (name !== 'unknown') counts[name] += 1;
    }
    expect(counts.serializable).to.be.above(50);
    expect(counts.violated).to.be.above(50);
  });

  it('judges 5,000 transactions by their revisions in two seconds of processor time', () => {
    const shape = { count: 5000, keyCount: 20, concurrency: 12, openShare: 0, hasRevisions: true };
    const transactions = randomTransactions(1, shape);
    const before = process.cpuUsage();
    const verdict = checkTransactions(transactions);
    const { user, system } = process.cpuUsage(before);
    expect(verdict).to.deep.equal({ name: 'serializable', by: 'revisions' });
    expect((user + system) / 1000).to.be.below(2000);
  });
});

/** A revision counts the writes to all keys, so the checker of single keys allows for others between. */
function hasRevision({
  fate,
}: {
  fate: { name: string; answer?: { revision?: number } };
}): boolean {
  return fate.answer?.revision !== undefined;
}
