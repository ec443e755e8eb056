/** What `npm run mutants -- --generated` prints: the survivors and the score of each folder. */
import type { Folder } from './folders.ts';
import type { GeneratedMutant, MutantKey } from './generated-mutant.ts';
import type { Score } from './score.ts';
import type { Verdict } from './trial/protocol.ts';

export function linesOf({ name, scoreMin }: Folder, score: Score): readonly string[] {
  const { triedCount, killedCount, equivalentCount, survivors, wrongEntries, share } = score;
  return [
    ...survivors.map(
      (mutant) => `survived  ${placeOf(mutant)}  ${changeOf(mutant)}  (${mutant.reason})`,
    ),
    ...wrongEntries.map(
      (entry) => `wrong in the list of equivalents  ${entry.file}  ${changeOf(entry)}`,
    ),
    `${name}: ${killedCount} of ${triedCount - equivalentCount} mutants are noticed, ` +
      `${percent(share)} (at least ${percent(scoreMin)}); ${equivalentCount} more change nothing`,
  ];
}

/** One mutant, and the test that noticed it. */
export function verdictLine(mutants: readonly GeneratedMutant[], verdict: Verdict): string {
  const { mutant, isKilled, by, reason } = verdict;
  const found = mutants.find(({ id }) => id === mutant);
  const place = found === undefined ? `${mutant}` : `${placeOf(found)}  ${changeOf(found)}`;
  return `${isKilled ? 'noticed' : 'missed'}  ${place}  ${by} ${reason}`;
}

/** Whether the folder has the score that it needs, with a true list of equivalents. */
export function isEnough(
  { scoreMin }: Pick<Folder, 'scoreMin'>,
  { share, wrongEntries }: Score,
): boolean {
  return share >= scoreMin && wrongEntries.length === 0;
}

function placeOf({ file, line }: GeneratedMutant): string {
  return `packages/${file}:${line}`;
}

function changeOf({ within, original, mutated }: MutantKey): string {
  return `${within === '' ? '' : `in ${within}: `}${original} → ${mutated}`;
}

/** Rounded down: a score that is too low must not look high enough. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
