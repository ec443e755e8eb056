/** Runs the 19 tests of the teaching lab from the command line; see `--help`. */
import { performance } from 'node:perf_hooks';
import { Command, InvalidArgumentError } from 'commander';
import { Lab, type LabGroup, type LabTest } from './lab.ts';
import { SimulatedWorld } from './simulated-world.ts';
import { SocketWorld } from './socket-world.ts';
import { labGroups } from './tests.ts';
import type { LabWorld } from './world.ts';

interface Options {
  readonly sockets: boolean;
  readonly leader: boolean;
  readonly loops: number;
  readonly only: string;
  readonly seed?: number;
}

const options = new Command('npm run test:paxos --')
  .description('The 19 tests of the Paxos teaching lab, by default in virtual time.')
  .option('--sockets', 'over Unix sockets, in real time: about a minute a loop', false)
  .option('--leader', 'with peers that lead; in virtual time only', false)
  .option('--loops <count>', 'how many times to run them', toCount, 1)
  .option(
    '--only <words>',
    'only tests with these words in the title, and those they go on from',
    '',
  )
  .option('--seed <number>', 'where chance begins; each loop takes the next number', toCount)
  .parse()
  .opts<Options>();

if (options.sockets && options.leader) {
  // Each call is a connection there, so heartbeats of an idle leader cannot be counted separately.
  console.error('--leader runs in virtual time only.');
  process.exit(2);
}

const groups = labGroups.map(narrow).filter(({ tests }) => tests.length > 0);
const { loops, seed: firstSeed = 1 + Math.floor(Math.random() * 1_000_000) } = options;

for (let loop = 1; loop <= loops; loop += 1) {
  const seed = firstSeed + loop - 1;
  const start = performance.now();
  print(`Loop ${loop} of ${loops}, seed ${seed}\n`);
  const passed = await runGroups(seed);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`${passed ? 'PASS' : 'FAIL'}  ${seconds} s\n\n`);
  // A failed test may have left something running, which must not delay the exit.
  if (!passed) process.exit(1);
}

/** Runs one test after another until one fails. Returns whether all passed. */
async function runGroups(seed: number): Promise<boolean> {
  for (const { cluster, tests } of groups) {
    const world = options.sockets ? new SocketWorld(seed) : new SimulatedWorld(seed);
    const lab = await world.run(() => Lab.open(world, { ...cluster, isLed: options.leader }));
    for (const test of tests) {
      if (!(await isPassed(test, lab, world))) {
        print(`  again: ${replayCommand(test, seed)}\n`);
        return false;
      }
    }
    await world.run(() => lab.close());
  }
  return true;
}

async function isPassed(test: LabTest, lab: Lab, world: LabWorld): Promise<boolean> {
  print(`Test: ${test.title} ...\n`);
  try {
    await world.run(() => lab.run(test));
    print('  ... Passed\n');
    return true;
  } catch (error) {
    print('  ... FAILED\n');
    console.error(error);
    return false;
  }
}

function replayCommand({ title }: LabTest, seed: number): string {
  const world = `${options.sockets ? '--sockets ' : ''}${options.leader ? '--leader ' : ''}`;
  return `npm run test:paxos -- ${world}--only "${title}" --seed ${seed}`;
}

/** The group without the tests after the last requested one. */
function narrow({ cluster, tests }: LabGroup): LabGroup {
  const last = tests.findLastIndex(({ title }) => title.includes(options.only));
  return { cluster, tests: tests.slice(0, last + 1) };
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('must be an integer from 1');
  return Number(text);
}

function print(text: string): void {
  process.stdout.write(text);
}
