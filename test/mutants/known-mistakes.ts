/** Runs every mutant against the tests that must catch it; see `--help`. Exit code 1 if one survives. */
import type { MutantsBody } from '../evidence/result.ts';
import { beginResult } from '../evidence/result-file.ts';
import { allMutants } from './all-mutants.ts';
import { isEnough } from './enough.ts';
import { isTest, nameOf } from './mutant.ts';
import { PatchedBuilds } from './patched-build/builds.ts';
import { headLine, lineOf, summaryOf } from './report.ts';
import { parseSettings } from './settings.ts';
import { runTests } from './trial/named-test.ts';
import { type Finding, type Trial, tryOut } from './trial/trial.ts';
import { tryAll } from './trial/try-all.ts';

const settings = parseSettings(process.argv.slice(2), allMutants);
const trials = settings.mutants
  .flatMap((mutant) => mutant.caughtBy.map((catcher) => ({ mutant, catcher })))
  // Fast catchers run first.
  .sort((a, b) => Number(isTest(b.catcher)) - Number(isTest(a.catcher)));

const writeResult = beginResult();
const builds = PatchedBuilds.make(settings.mutants);
try {
  await expectSoundTests(trials);
  print(headLine());
  const { seedCountMax, jobCount, huntsUnnoticedOnly } = settings;
  const findings = await tryAll(trials, {
    ...{ jobCount, huntsUnnoticedOnly },
    tryOut: (trial) => tryOut(trial, { builds, seedCountMax }),
    onFinding: (finding) => print(lineOf(finding)),
  });
  print(`\n${summaryOf(findings).text}`);
  const hasPassed = isEnough(findings, settings);
  writeResult(settings.jsonFile, hasPassed, { kind: 'mutants', trials: findings.map(toTrial) });
  process.exitCode = hasPassed ? 0 : 1;
} finally {
  builds.remove();
}

/**
 * A test that also fails without a mutant would seem to catch every mutant. The seed hunt checks that
 * itself.
 */
async function expectSoundTests(all: readonly Trial[]): Promise<void> {
  const tests = all.map(({ catcher }) => catcher).filter(isTest);
  const results = tests.length === 0 ? [] : await runTests(tests, process.env);
  const sound = new Set(results.filter(({ hasPassed }) => hasPassed).map(nameOf));
  const unsound = new Set(tests.map(nameOf).filter((name) => !sound.has(name)));
  if (unsound.size === 0) return;
  throw new Error(`these tests fail without a mutant:\n${[...unsound].join('\n')}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function toTrial({ mutant, catcher, isCaught, seedCount }: Finding): MutantsBody['trials'][number] {
  const by = isTest(catcher) ? 'test' : 'simulation';
  return { id: mutant.id, by, isCaught, ...(seedCount === undefined ? {} : { seedCount }) };
}
