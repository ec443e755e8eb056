/** A history that is exported and read back as an external checker reads it keeps its verdict. */
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { anomalies } from '../../linearizability/anomalies.ts';
import { checkOperations } from '../../linearizability/checker.ts';
import { drawHistory } from '../../linearizability/random-history.ts';
import { withSlip } from '../../linearizability/slips.ts';
import type { Operation } from '../operation.ts';
import { toOperations } from '../pairing.ts';
import { toJepsenKv } from './jepsen-kv.ts';
import { readJepsenKv, readJepsenRegister } from './jepsen-readers.ts';
import { toJepsenRegister } from './jepsen-register.ts';

const shape = { operationCount: 60, clientCount: 4, keyCount: 3, isTellingAll: false };

/** A correct history, or a slightly wrong one. */
function draw(seed: number, hasAppends: boolean): Operation[] {
  const random = new SeededRandom(seed);
  const pieces = ['a', 'b', 'ab'];
  let events = drawHistory(seed, { ...shape, unknownShare: 0.05, pieces, hasAppends });
  for (let slips = random.integer(0, 3); slips > 0; slips -= 1) events = withSlip(events, random);
  return toOperations(events);
}

describe('a history that was exported', () => {
  it('is judged as before from register logs', () => {
    const counts = { linearizable: 0, violated: 0, unknown: 0 };
    for (let seed = 0; seed < 200; seed += 1) {
      const operations = draw(seed, false);
      const { files, leftOut } = toJepsenRegister(operations);
      expect(leftOut).to.deep.equal([]);
      for (const { key, text } of files) {
        const { name } = checkOperations(operations.filter((one) => one.key === key));
        const read = checkOperations(readJepsenRegister(text));
        expect(read, `seed ${seed}, ${key}`).to.have.property('name', name);
        counts[name] += 1;
      }
    }
    expect(counts.linearizable).to.be.above(50);
    expect(counts.violated).to.be.above(50);
  });

  it('is judged as before from a key-value log', () => {
    const counts = { linearizable: 0, violated: 0, unknown: 0 };
    for (let seed = 0; seed < 200; seed += 1) {
      const operations = draw(seed, true);
      const { text, leftOut } = toJepsenKv(operations);
      expect(leftOut).to.deep.equal([]);
      const { name } = checkOperations(operations);
      const read = checkOperations(readJepsenKv(text));
      expect(read, `seed ${seed}`).to.have.property('name', name);
      counts[name] += 1;
    }
    expect(counts.linearizable).to.be.above(50);
    expect(counts.violated).to.be.above(50);
  });

  for (const [kind, plant] of Object.entries(anomalies)) {
    it(`still shows in a key-value log: ${kind}`, () => {
      let plantedCount = 0;
      for (let seed = 0; seed < 100; seed += 1) {
        const events = drawHistory(seed, { ...shape, operationCount: 200, unknownShare: 0.01 });
        const operations = plant(toOperations(events), new SeededRandom(seed));
        if (operations === undefined) continue;
        plantedCount += 1;
        const read = checkOperations(readJepsenKv(toJepsenKv(operations).text));
        expect(read, `seed ${seed}`).to.have.property('name', 'violated');
        if (plantedCount === 10) break;
      }
      expect(plantedCount).to.equal(10);
    });
  }
});
