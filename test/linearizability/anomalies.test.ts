/** Calibration: correct histories are accepted, and eight kinds of injected anomaly are always found. */
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import type { Operation } from '../history/operation.ts';
import { toOperations } from '../history/pairing.ts';
import { anomalies, type Plant } from './anomalies.ts';
import { checkOperations } from './checker.ts';
import { drawHistory } from './random-history.ts';

const historyCount = 100;
/** Maximum number of histories generated until enough are suitable for an anomaly. */
const drawCountMax = 1000;

const drawn = new Map<number, readonly Operation[]>();

/** Every other history has revisions and lengths in its answers; the others have values only. */
function draw(seed: number): readonly Operation[] {
  const shape = { operationCount: 300, clientCount: 8, keyCount: 5, unknownShare: 0.01 };
  const known = drawn.get(seed);
  const operations =
    known ?? toOperations(drawHistory(seed, { ...shape, isTellingAll: seed % 2 === 0 }));
  drawn.set(seed, operations);
  return operations;
}

describe('the checker, on histories drawn by chance', function () {
  this.timeout(60_000);

  after(() => drawn.clear());

  it(`accepts ${historyCount} correct ones`, () => {
    for (let seed = 0; seed < historyCount; seed += 1) {
      expect(checkOperations(draw(seed)), `seed ${seed}`).to.have.property('name', 'linearizable');
    }
  });

  for (const [kind, plant] of Object.entries(anomalies)) {
    it(`finds ${historyCount} of ${historyCount}: ${kind}`, () => {
      for (const { seed, operations } of plantMany(plant)) {
        expect(checkOperations(operations), `seed ${seed}`).to.have.property('name', 'violated');
      }
    });
  }
});

function plantMany(plant: Plant) {
  const planted = [];
  for (let seed = 0; planted.length < historyCount; seed += 1) {
    if (seed === drawCountMax) throw new Error(`${planted.length} places in ${seed} histories`);
    const operations = plant(draw(seed), new SeededRandom(`anomaly ${seed}`));
    if (operations !== undefined) planted.push({ seed, operations });
  }
  return planted;
}
