/** Runs generated mutants against the unit tests; see `--help`. Exit code 1 if a folder has too low a score. */
import { SeededRandom } from '@paxkv/simulator';
import type { GeneratedBody } from '../../evidence/result.ts';
import { beginResult } from '../../evidence/result-file.ts';
import { MutatedBuild } from './build/mutated-build.ts';
import { allEquivalents } from './equivalents/all.ts';
import { type Folder, sourcesOf, testsOf } from './folders.ts';
import { type MutatedSource, mutatedSources } from './generate.ts';
import type { GeneratedMutant } from './generated-mutant.ts';
import { isEnough, isSampleEnough, linesOf, verdictLine } from './report.ts';
import { type Score, scoreOf } from './score.ts';
import { parseSettings } from './settings.ts';
import type { Verdict } from './trial/protocol.ts';
import { selectTests } from './trial/selection.ts';
import { Trials } from './trial/trials.ts';

const settings = parseSettings(process.argv.slice(2));
const writeResult = beginResult();
const scores: GeneratedBody['folders'][number][] = [];
const lines: string[] = [];
let areEnough = true;
for (const folder of settings.folders) {
  const files = sourcesOf(folder).filter((file) => `packages/${file}`.includes(settings.file));
  if (files.length === 0) continue;
  const score = await tryFolder(folder, mutatedSources(files));
  const [last = '', ...others] = [...linesOf(folder, score)].reverse();
  for (const line of others.reverse()) print(line);
  print(`${last}\n`);
  lines.push(last);
  areEnough &&=
    settings.sampleCount === undefined ? isEnough(folder, score) : isSampleEnough(folder, score);
  const { triedCount, killedCount, equivalentCount } = score;
  const { name, scoreMin } = folder;
  scores.push({ name, scoreMin, triedCount, killedCount, equivalentCount });
}
if (settings.sampleCount !== undefined) print(`a sample of seed ${settings.seed}`);
print(lines.join('\n'));
const hasPassed = areEnough && lines.length > 0;
writeResult(settings.jsonFile, hasPassed, { kind: 'generated', folders: scores });
process.exitCode = hasPassed ? 0 : 1;

async function tryFolder(folder: Folder, sources: readonly MutatedSource[]): Promise<Score> {
  const mutants = sources.flatMap((source) => source.mutants);
  const chosen = sampleOf(mutants, folder.name);
  const verdicts = new Map<number, Verdict>();
  let endMs = Number.POSITIVE_INFINITY;
  const build = new MutatedBuild(sources);
  try {
    const trials = new Trials({
      build,
      testFiles: testsOf(folder),
      jobCount: settings.jobCount,
      isOver: () => performance.now() > endMs,
      onVerdict: (verdict) => {
        verdicts.set(verdict.mutant, verdict);
        if (settings.isVerbose) print(verdictLine(mutants, verdict));
      },
    });
    const baseline = await trials.measure();
    endMs = performance.now() + settings.secondsMax * 1000;
    for (const key of baseline.unsound) print(`judges nothing: ${key}`);
    const selection = selectTests(sources, chosen, baseline);
    for (const { id } of selection.unreached) {
      verdicts.set(id, { mutant: id, isKilled: false, by: '', reason: 'no test runs it' });
    }
    await trials.run(selection);
  } finally {
    build.remove();
  }
  return scoreOf({ mutants, verdicts, equivalents: allEquivalents });
}

function sampleOf(mutants: readonly GeneratedMutant[], name: string): readonly GeneratedMutant[] {
  const { sampleCount, seed } = settings;
  if (sampleCount === undefined) return mutants;
  const random = new SeededRandom(`${seed}/${name}`);
  const ordered = mutants.map((mutant) => ({ mutant, place: random.next() }));
  ordered.sort((a, b) => a.place - b.place);
  return ordered.slice(0, sampleCount).map(({ mutant }) => mutant);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
