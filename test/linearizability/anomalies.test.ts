/** Calibration: correct histories are accepted, and eight kinds of injected anomaly are always found. */
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import type { Operation } from '../history/operation.ts';
import { toOperations } from '../history/pairing.ts';
import { anomalies, type Inject } from './anomalies.ts';
import { checkOperations } from './checker.ts';
import { randomHistory } from './random-history.ts';

const historyCount = 100;
/** Maximum number of histories generated until enough are suitable for an anomaly. */
const historyCountMax = 1000;

const histories = new Map<number, readonly Operation[]>();

/** Every other history has revisions and lengths in its answers; the others have values only. */
function historyOf(seed: number): readonly Operation[] {
  const shape = { operationCount: 300, clientCount: 8, keyCount: 5, unknownShare: 0.01 };
  const known = histories.get(seed);
  const operations =
    known ?? toOperations(randomHistory(seed, { ...shape, hasFullAnswers: seed % 2 === 0 }));
  histories.set(seed, operations);
  return operations;
}

describe('the checker, on random histories', function () {
  this.timeout(60_000);

  after(() => histories.clear());

  it(`accepts ${historyCount} correct ones`, () => {
    for (let seed = 0; seed < historyCount; seed += 1) {
      expect(checkOperations(historyOf(seed)), `seed ${seed}`).to.have.property(
        'name',
        'linearizable',
      );
    }
  });

  for (const [kind, inject] of Object.entries(anomalies)) {
    it(`finds ${historyCount} of ${historyCount}: ${kind}`, () => {
      for (const { seed, operations } of injectMany(inject)) {
        expect(checkOperations(operations), `seed ${seed}`).to.have.property('name', 'violated');
      }
    });
  }
});

function injectMany(inject: Inject) {
  const injected = [];
  for (let seed = 0; injected.length < historyCount; seed += 1) {
    if (seed === historyCountMax)
      throw new Error(`${injected.length} suitable of ${seed} histories`);
    const operations = inject(historyOf(seed), new SeededRandom(`anomaly ${seed}`));
    if (operations !== undefined) injected.push({ seed, operations });
  }
  return injected;
}
