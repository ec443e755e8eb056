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

/**
 * The same for a sample, which may have drawn more survivors than its folder has on average: not enough only where a
 * folder that has its score would hardly ever have drawn as many.
 */
export function isSampleEnough(
  { scoreMin }: Pick<Folder, 'scoreMin'>,
  { triedCount, equivalentCount, survivors, wrongEntries }: Score,
): boolean {
  const chance = chanceOfAtLeast(survivors.length, {
    drawnCount: triedCount - equivalentCount,
    share: 1 - scoreMin,
  });
  return chance >= falseAlarmMax && wrongEntries.length === 0;
}

/** How often a folder that has its score may fail by its sample. */
const falseAlarmMax = 0.001;

/** The chance to draw at least `count` of a kind that makes up `share` of all. */
function chanceOfAtLeast(
  count: number,
  { drawnCount, share }: { readonly drawnCount: number; readonly share: number },
): number {
  let exactly = (1 - share) ** drawnCount;
  let fewer = 0;
  for (let found = 0; found < count; found += 1) {
    fewer += exactly;
    exactly *= ((drawnCount - found) / (found + 1)) * (share / (1 - share));
  }
  return 1 - fewer;
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
