/** The table of `npm run mutants`: a line for each mutant and each of its catchers, and the totals. */
import { isTest, type Mutant, nameOf } from './mutant.ts';
import type { Finding } from './trial/trial.ts';

const widths = { number: 3, id: 33, verdict: 7, seconds: 7, seeds: 5 };
const reasonLengthMax = 120;

export function headLine(): string {
  return toLine(['no.', 'mutant', '', 'seconds', 'seeds', 'by']);
}

export function lineOf(finding: Finding): string {
  const { mutant, isCaught, seedCount, tookMs } = finding;
  const verdict = isCaught ? 'caught' : 'MISSED';
  const seconds = (tookMs / 1000).toFixed(1);
  const seeds = seedCount === undefined ? '' : `${seedCount}`;
  return toLine([`${mutant.mistake}`, mutant.id, verdict, seconds, seeds, catcherOf(finding)]);
}

export interface Summary {
  readonly text: string;
  readonly mutantCount: number;
  /** Mutants caught by all of their catchers. */
  readonly caughtCount: number;
  /** Mutants caught by at least one catcher. */
  readonly noticedCount: number;
}

export function summaryOf(findings: readonly Finding[]): Summary {
  const mutants = mutantsOf(findings);
  const missed = mutantsOf(findings.filter(({ isCaught }) => !isCaught));
  const noticed = mutantsOf(findings.filter(({ isCaught }) => isCaught));
  const mistakes = new Set([...mutants].map(({ mistake }) => mistake));
  const counts = {
    mutantCount: mutants.size,
    caughtCount: mutants.size - missed.size,
    noticedCount: noticed.size,
  };
  const text = [
    `${counts.caughtCount} of ${mutants.size} mutants of ${mistakes.size} mistakes are caught.`,
    ...simulationLines(findings.filter(({ catcher }) => !isTest(catcher))),
    ...[...missed].map(
      ({ id, does, file }) => `It went unnoticed by one who must see it: ${id}, ${file}: ${does}`,
    ),
  ].join('\n');
  return { text, ...counts };
}

function simulationLines(hunts: readonly Finding[]): string[] {
  if (hunts.length === 0) return [];
  const caught = hunts.filter(({ isCaught }) => isCaught);
  const seeds = caught.map(({ seedCount = 0 }) => seedCount).sort((a, b) => a - b);
  const [median = 0, most = 0] = [seeds[Math.floor(seeds.length / 2)], seeds.at(-1)];
  return [
    `The simulation catches ${caught.length} of ${hunts.length}: median ${median} seeds, at most ${most}.`,
  ];
}

function mutantsOf(findings: readonly Finding[]): Set<Mutant> {
  return new Set(findings.map(({ mutant }) => mutant));
}

function catcherOf({ catcher, isCaught, reason }: Finding): string {
  const short = reason.split('\n')[0]?.slice(0, reasonLengthMax) ?? '';
  if (!isTest(catcher)) return `simulation: ${short}`;
  return isCaught ? nameOf(catcher) : `${nameOf(catcher)}: ${short}`;
}

function toLine([number = '', id = '', verdict = '', seconds = '', seeds = '', by = '']: string[]) {
  return [
    number.padStart(widths.number),
    id.padEnd(widths.id),
    verdict.padEnd(widths.verdict),
    seconds.padStart(widths.seconds),
    seeds.padStart(widths.seeds),
    by,
  ].join('  ');
}
