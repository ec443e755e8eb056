/** Which tests try a mutant: those that run its place, the likely and the fast ones first. */
import { posix } from 'node:path';
import { testOf } from '../folders.ts';
import type { MutatedSource } from '../generate.ts';
import type { GeneratedMutant } from '../generated-mutant.ts';
import type { Baseline, Job, Round, TestFacts } from './protocol.ts';

const fastMsMax = 100;

/** A mutant that acts while its source is loaded, and the test files to load with it. */
export interface LoneJob extends Job {
  readonly files: readonly string[];
}

export interface Selection {
  /** Tried in a process that is loaded already. */
  readonly shared: readonly Job[];
  /** Each tried in a process of its own. */
  readonly lone: readonly LoneJob[];
  /** No test runs their places. */
  readonly unreached: readonly GeneratedMutant[];
}

export function selectTests(
  sources: readonly MutatedSource[],
  chosen: readonly GeneratedMutant[],
  { tests, sourceSites, fileSites }: Baseline,
): Selection {
  const bySite = testsBySite(tests);
  const [onLoad, inFiles] = [new Set(sourceSites), new Set(fileSites)];
  const selection = {
    shared: [] as Job[],
    lone: [] as LoneJob[],
    unreached: [] as GeneratedMutant[],
  };
  for (const mutant of chosen) {
    const { id, site, file } = mutant;
    const reaching = bySite.get(site) ?? [];
    if (onLoad.has(site) || (inFiles.has(site) && reaching.length === 0)) {
      const near = testsNear(file, sources, tests, bySite);
      const files = [...new Set(near.map((test) => test.file))];
      selection.lone.push({ mutant: id, rounds: roundsOf(near, file), files });
    } else if (reaching.length === 0) selection.unreached.push(mutant);
    else selection.shared.push({ mutant: id, rounds: roundsOf(reaching, file) });
  }
  return selection;
}

function testsBySite(tests: readonly TestFacts[]): Map<number, TestFacts[]> {
  const bySite = new Map<number, TestFacts[]>();
  for (const test of tests) {
    for (const site of test.sites) {
      const known = bySite.get(site);
      if (known === undefined) bySite.set(site, [test]);
      else known.push(test);
    }
  }
  return bySite;
}

/** The tests of this file and of those that import it use what is computed while it is loaded. */
function testsNear(
  file: string,
  sources: readonly MutatedSource[],
  tests: readonly TestFacts[],
  bySite: ReadonlyMap<number, readonly TestFacts[]>,
): readonly TestFacts[] {
  const users = sources.filter((source) => source.file === file || imports(source, file));
  const reaching = users.flatMap(({ sites }) =>
    sites.flatMap(({ site }) => bySite.get(site) ?? []),
  );
  const own = testOf(file);
  return [...new Set([...tests.filter((test) => test.file === own), ...reaching])];
}

function imports({ file, text }: MutatedSource, imported: string): boolean {
  const specifiers = [...text.matchAll(/from '(\.[^']+)'/g)].map(([, specifier = '']) => specifier);
  return specifiers.some((specifier) => posix.join(posix.dirname(file), specifier) === imported);
}

function roundsOf(tests: readonly TestFacts[], file: string): readonly Round[] {
  const own = testOf(file);
  const isFast = ({ tookMs }: TestFacts) => tookMs <= fastMsMax;
  const isOwn = (test: TestFacts) => test.file === own;
  const ofOwn = tests.filter((test) => isOwn(test) && isFast(test));
  const fast = tests.filter((test) => !isOwn(test) && isFast(test));
  const slow = tests.filter((test) => !isFast(test)).sort((a, b) => a.tookMs - b.tookMs);
  const rounds = [ofOwn, fast, ...slow.map((test) => [test])].filter(({ length }) => length > 0);
  return rounds.map((round) => ({
    keys: round.map(({ key }) => key),
    tookMs: round.reduce((sum, { tookMs }) => sum + tookMs, 0),
  }));
}
