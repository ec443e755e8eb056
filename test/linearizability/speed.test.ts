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

  for (const answers of ['--all', '--values']) {
    it(`judges 20,000 operations of 16 clients in time, with answers of ${answers.slice(2)}`, async function () {
      const script = join(import.meta.dirname, 'speed.js');
      const { stdout } = await run(process.execPath, [script, answers]);
      const { verdict, cpuMs, memoryMiB } = JSON.parse(stdout);
      if (this.test) this.test.title += `: ${cpuMs} ms, ${memoryMiB} MiB`;
      expect(verdict).to.include({ name: 'linearizable', operationCount: 20_000, keyCount: 50 });
      expect(cpuMs).to.be.below(cpuMsMax);
      expect(memoryMiB).to.be.below(memoryMiBMax);
    });
  }
});
