/** Whether a run of the known mistakes may count as passed. */
import { isTest } from './mutant.ts';
import { summaryOf } from './report.ts';
import type { Settings } from './settings.ts';
import type { Finding } from './trial/trial.ts';

/** The least share of mutants that a quick run must notice: few seeds do not reach every one that only simulation can. */
const noticedShareMin = 0.9;

/**
 * A named test catches its mutant every time, so it must in every run. A hunt by simulation may miss one in a quick run,
 * which draws few seeds.
 */
export function isEnough(
  findings: readonly Finding[],
  { isQuick }: Pick<Settings, 'isQuick'>,
): boolean {
  const missed = findings.filter(({ isCaught }) => !isCaught);
  if (!isQuick || missed.some(({ catcher }) => isTest(catcher))) return missed.length === 0;
  const { mutantCount, noticedCount } = summaryOf(findings);
  return noticedCount >= noticedShareMin * mutantCount;
}
