/**
 * Measures the cost of a verdict: processor time, which does not depend on other load, and total memory.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);
const cpuMsMax = 2000;
const memoryMiBMax = 512;

describe('the speed of the checker', function () {
  this.timeout(60_000);

  const cases = [
    ['all', 20_000, 'linearizable', '20,000 operations of 16 clients, with full answers'],
    ['values', 20_000, 'linearizable', '20,000 operations of 16 clients, with values only'],
    ['crowd', 2000, 'linearizable', 'fifty clients on ten keys'],
    ['unknown', 2000, 'linearizable', 'fifty clients on ten keys, with unknown outcomes'],
    ['deletes', 2000, 'linearizable', 'fifty clients on ten keys, with deletes'],
    ['emptied', 2000, 'violated', 'fifty clients that find the ten keys empty in the end'],
    ['stale', 2000, 'violated', 'fifty clients on ten keys, with one stale read'],
  ] as const;

  for (const [name, operationCount, verdict, what] of cases) {
    it(`judges in time: ${what}`, async function () {
      const script = join(import.meta.dirname, 'speed.js');
      const { stdout } = await run(process.execPath, [script, name]);
      const { cpuMs, memoryMiB, ...found } = JSON.parse(stdout);
      if (this.test) this.test.title += `: ${cpuMs} ms, ${memoryMiB} MiB`;
      expect(found).to.deep.equal({ name: verdict, operationCount });
      expect(cpuMs).to.be.below(cpuMsMax);
      expect(memoryMiB).to.be.below(memoryMiBMax);
    });
  }
});
