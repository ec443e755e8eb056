/** The table of `npm run mutants`: a line for each mutant and each of its catchers. */
import { type Mutant, nameOf } from './mutant.ts';
import type { Finding } from './trial/trial.ts';

const widths = { number: 3, id: 27, verdict: 7, seconds: 7 };

export function headLine(): string {
  return toLine(['no.', 'mutant', '', 'seconds', 'by']);
}

export function lineOf({ mutant, catcher, isCaught, reason, tookMs }: Finding): string {
  const verdict = isCaught ? 'caught' : 'MISSED';
  const seconds = (tookMs / 1000).toFixed(1);
  const by = isCaught ? nameOf(catcher) : `${nameOf(catcher)}: ${reason}`;
  return toLine([`${mutant.mistake}`, mutant.id, verdict, seconds, by]);
}

/** The last lines, and whether every mutant was caught by every catcher it names. */
export function summaryOf(findings: readonly Finding[]): { text: string; isComplete: boolean } {
  const mutants = new Set(findings.map(({ mutant }) => mutant));
  const missed = new Set(findings.filter(({ isCaught }) => !isCaught).map(({ mutant }) => mutant));
  const mistakes = new Set([...mutants].map(({ mistake }) => mistake));
  const caughtCount = mutants.size - missed.size;
  const lines = [
    `${caughtCount} of ${mutants.size} mutants of ${mistakes.size} mistakes are caught.`,
    ...[...missed].map(missedLine),
  ];
  return { text: lines.join('\n'), isComplete: missed.size === 0 };
}

function missedLine({ id, does, file }: Mutant): string {
  return `Nobody noticed ${id} in packages/${file}: ${does}`;
}

function toLine([number = '', id = '', verdict = '', seconds = '', by = '']: string[]): string {
  return [
    number.padStart(widths.number),
    id.padEnd(widths.id),
    verdict.padEnd(widths.verdict),
    seconds.padStart(widths.seconds),
    by,
  ].join('  ');
}
