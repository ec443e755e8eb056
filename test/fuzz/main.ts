/** The runner: `npm run fuzz`. Exit code 1 if the server ended, answered wrongly or late, or kept memory. */
import { Command, Option } from 'commander';
import { beginResult } from '../evidence/result-file.ts';
import { FuzzedServer } from './fuzzed-server.ts';
import { runFuzz } from './run-fuzz.ts';
import { targets } from './targets.ts';

interface Options {
  readonly target: string;
  readonly inputs: string;
  readonly seed: string;
  readonly json?: string;
}

const program = new Command('fuzz')
  .description('sends mutated inputs to a server, and watches that it lives, answers and shrinks')
  .addOption(
    new Option('--target <name>', 'which protocol').choices(targets.map(({ name }) => name)),
  )
  .option('--inputs <count>', 'inputs to send', '5000')
  .option('--seed <seed>', 'the inputs follow from it', '1')
  .option('--json <file>', 'write the result as data');

const { target: name, inputs, seed, json } = program.parse().opts<Options>();
const target = targets.find((each) => each.name === name);
if (target === undefined) program.error('--target is missing');
else {
  const writeResult = beginResult();
  const body = { kind: 'fuzz', target: name, inputCount: Number(inputs) } as const;
  const server = await FuzzedServer.start(target.program);
  try {
    const report = await runFuzz(server, { target, inputCount: Number(inputs), seed });
    const { slowestMs, grownBytes } = report;
    writeResult(json, true, { ...body, slowestMs, grownBytes });
    const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    console.log(
      `${report.inputCount} inputs in ${Math.round(report.seconds)} s: the slowest valid request took ` +
        `${Math.round(report.slowestMs)} ms, memory grew by ${mebibytes(report.grownBytes)}, ` +
        `peak ${mebibytes(report.peakResidentBytes)}`,
    );
  } catch (error) {
    writeResult(json, false, body);
    console.log(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  } finally {
    await server.stop();
  }
}
