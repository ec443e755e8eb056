/** Runs every mutant against those who must catch it; see `--help`. Exit code 1 if one slips through. */
import { Command } from 'commander';
import { allMutants } from './all-mutants.ts';
import { type Mutant, nameOf } from './mutant.ts';
import { PatchedBuilds } from './patched-build/builds.ts';
import { headLine, lineOf, summaryOf } from './report.ts';
import { runTests } from './trial/named-test.ts';
import { type Finding, type Trial, tryOut } from './trial/trial.ts';

interface Options {
  readonly only?: string;
  readonly jobs: string;
}

const options = new Command('npm run mutants --')
  .description('Puts known mistakes into the code, one at a time, and looks who notices.')
  .option('--only <ids>', 'only these mutants, by id or number in the catalogue: 3,no-back-off')
  .option('--jobs <count>', 'how many at a time', '2')
  .parse()
  .opts<Options>();

const mutants = chosen(options.only?.split(','));
const trials = mutants.flatMap((mutant) => mutant.caughtBy.map((catcher) => ({ mutant, catcher })));
const builds = PatchedBuilds.make(mutants);
try {
  await expectSoundTests();
  print(headLine());
  const { text, isComplete } = summaryOf(await tryAll(trials, Number(options.jobs)));
  print(`\n${text}`);
  process.exitCode = isComplete ? 0 : 1;
} finally {
  builds.remove();
}

/** A test that fails without any mutant would seem to catch them all. */
async function expectSoundTests(): Promise<void> {
  const tests = trials.map(({ catcher }) => catcher);
  const results = await runTests(tests, process.env);
  const sound = new Set(results.filter(({ hasPassed }) => hasPassed).map(nameOf));
  const unsound = new Set(tests.map(nameOf).filter((name) => !sound.has(name)));
  if (unsound.size === 0) return;
  throw new Error(`without any mutant these tests do not pass:\n${[...unsound].join('\n')}`);
}

async function tryAll(trials: readonly Trial[], jobCount: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  const queue = [...trials];
  const work = async () => {
    for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
      const finding = await tryOut(trial, builds);
      print(lineOf(finding));
      findings.push(finding);
    }
  };
  await Promise.all(Array.from({ length: jobCount }, work));
  return findings;
}

function chosen(names: readonly string[] | undefined): readonly Mutant[] {
  if (names === undefined) return allMutants;
  const found = allMutants.filter(
    ({ id, mistake }) => names.includes(id) || names.includes(`${mistake}`),
  );
  if (found.length === 0) throw new Error(`there is no mutant named ${names.join(' or ')}`);
  return found;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
