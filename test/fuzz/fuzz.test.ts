import { join } from 'node:path';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { FuzzedServer } from './fuzzed-server.ts';
import { runFuzz } from './run-fuzz.ts';
import { httpTarget } from './targets/http.ts';
import { targets } from './targets.ts';

const inputCount = 400;
const faulty = join(import.meta.dirname, 'faulty-program.js');

describe('Fuzzing', function () {
  this.timeout(60_000);

  for (const target of targets) {
    it(`of ${target.name}: a server lives, answers in time and keeps no memory`, async () => {
      const server = await FuzzedServer.start(target.program);
      try {
        const report = await runFuzz(server, { target, inputCount, seed: '1' });
        expect(report.inputCount).to.equal(inputCount);
        expect(report.peakResidentBytes).to.be.above(0);
      } finally {
        await server.stop();
      }
    });

    it(`of ${target.name}: the inputs follow from the seed`, () => {
      const inputsOf = (seed: string) => {
        const random = new SeededRandom(seed);
        return Array.from({ length: 50 }, () => target.next(random).toString('latin1'));
      };
      expect(inputsOf('1')).to.deep.equal(inputsOf('1'));
      expect(inputsOf('1')).not.to.deep.equal(inputsOf('2'));
      expect(new Set(inputsOf('1')).size).to.be.above(40);
    });
  }

  for (const [fault, found] of [
    ['ends', /seed 1, inputs 0 to 400: the server ended with 1: .*TypeError/s],
    ['forgets', /a valid read: 200/],
    ['slow', /a valid request took \d+ ms, 4 times in a row/],
    ['keeps', /the server keeps (?:7|8)\d MiB more than before/],
  ] as const) {
    it(`finds a server that ${fault === 'slow' ? 'is slow' : fault}`, async () => {
      const server = await FuzzedServer.start(faulty, [fault]);
      const plan = { target: httpTarget, inputCount, seed: '1', settleMsMax: 500 };
      const message = await runFuzz(server, plan).then(
        () => 'nothing',
        (error: Error) => error.message,
      );
      await server.stop();
      expect(message).to.match(found);
    });
  }
});
