/** A history that is exported and read back as an external checker reads it keeps its verdict. */
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { anomalies } from '../../linearizability/anomalies.ts';
import { checkOperations } from '../../linearizability/checker.ts';
import { withMutation } from '../../linearizability/mutations.ts';
import { randomHistory } from '../../linearizability/random-history.ts';
import type { Operation } from '../operation.ts';
import { toOperations } from '../pairing.ts';
import { toJepsenKv } from './jepsen-kv.ts';
import { readJepsenKv, readJepsenRegister } from './jepsen-readers.ts';
import { toJepsenRegister } from './jepsen-register.ts';

const shape = { operationCount: 60, clientCount: 4, keyCount: 3, hasFullAnswers: false };

/** A correct history, or a slightly wrong one. */
function draw(seed: number, hasAppends: boolean): Operation[] {
  const random = new SeededRandom(seed);
  const pieces = ['a', 'b', 'ab'];
  let events = randomHistory(seed, { ...shape, unknownShare: 0.05, pieces, hasAppends });
  for (let mutations = random.integer(0, 3); mutations > 0; mutations -= 1)
    events = withMutation(events, random);
  return toOperations(events);
}

describe('a history that was exported', () => {
  it('keeps its verdict in register logs', () => {
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

  it('keeps its verdict in a key-value log', () => {
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

  for (const [kind, inject] of Object.entries(anomalies)) {
    it(`still shows in a key-value log: ${kind}`, () => {
      let injectedCount = 0;
      for (let seed = 0; seed < 100; seed += 1) {
        const events = randomHistory(seed, { ...shape, operationCount: 200, unknownShare: 0.01 });
        const operations = inject(toOperations(events), new SeededRandom(seed));
        if (operations === undefined) continue;
        injectedCount += 1;
        const read = checkOperations(readJepsenKv(toJepsenKv(operations).text));
        expect(read, `seed ${seed}`).to.have.property('name', 'violated');
        if (injectedCount === 10) break;
      }
      expect(injectedCount).to.equal(10);
    });
  }
});
