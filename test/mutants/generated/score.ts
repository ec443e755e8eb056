/** The score of a folder: how many of the mutants that are no equivalents its tests notice. */
import { type Equivalent, staleOf } from './equivalents/equivalent.ts';
import { type GeneratedMutant, keyOf } from './generated-mutant.ts';
import type { Verdict } from './trial/protocol.ts';

export interface Score {
  /** Mutants with a verdict. */
  readonly triedCount: number;
  readonly killedCount: number;
  readonly equivalentCount: number;
  /** Neither noticed nor equivalent. */
  readonly survivors: readonly Survivor[];
  /** Entries of the list of equivalents that are wrong: no mutant fits them, or tests notice all that do. */
  readonly wrongEntries: readonly Equivalent[];
  /** From 0 to 1; 1 if there is none to notice. */
  readonly share: number;
}

export interface Survivor extends GeneratedMutant {
  /** Why no test noticed it. */
  readonly reason: string;
}

export interface Judged {
  /** All mutants of the sources. */
  readonly mutants: readonly GeneratedMutant[];
  readonly verdicts: ReadonlyMap<number, Verdict>;
  readonly equivalents: readonly Equivalent[];
}

export function scoreOf({ mutants, verdicts, equivalents }: Judged): Score {
  const tried = mutants.flatMap((mutant) => {
    const verdict = verdicts.get(mutant.id);
    return verdict === undefined ? [] : [{ mutant, verdict }];
  });
  const listed = new Set(equivalents.map(keyOf));
  const survived = tried.filter(({ verdict }) => !verdict.isKilled);
  const unlisted = survived.filter(({ mutant }) => !listed.has(keyOf(mutant)));
  const equivalentCount = survived.length - unlisted.length;
  const killedCount = tried.length - survived.length;
  const countingCount = tried.length - equivalentCount;
  return {
    triedCount: tried.length,
    killedCount,
    equivalentCount,
    survivors: unlisted.map(({ mutant, verdict }) => ({ ...mutant, reason: verdict.reason })),
    wrongEntries: wrongEntriesOf({ mutants, verdicts, equivalents }),
    share: countingCount === 0 ? 1 : killedCount / countingCount,
  };
}

function wrongEntriesOf({ mutants, verdicts, equivalents }: Judged): readonly Equivalent[] {
  const open = new Set(mutants.filter(({ id }) => verdicts.get(id)?.isKilled !== true).map(keyOf));
  const fitting = new Set(mutants.map(keyOf));
  const noticed = equivalents.filter((entry) => {
    const key = keyOf(entry);
    return fitting.has(key) && !open.has(key);
  });
  return [...staleOf(equivalents, mutants), ...noticed];
}
