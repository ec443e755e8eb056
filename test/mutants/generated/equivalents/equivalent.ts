/** Mutants that behave as the original does. They are tried as well: an entry whose mutants are all killed is wrong. */
import { type GeneratedMutant, keyOf, type MutantKey } from '../generated-mutant.ts';

export interface Equivalent extends MutantKey {
  /** Why no test can tell the mutant from the original: one sentence. */
  readonly because: string;
}

/** The entries of one source, whose path from `packages/` is `file`. */
export function ofFile(
  file: string,
  entries: readonly Omit<Equivalent, 'file'>[],
): readonly Equivalent[] {
  return entries.map((entry) => ({ file, ...entry }));
}

/** Entries that no mutant fits any longer. */
export function staleOf(
  all: readonly Equivalent[],
  mutants: readonly GeneratedMutant[],
): readonly Equivalent[] {
  const keys = new Set(mutants.map(keyOf));
  const files = new Set(mutants.map(({ file }) => file));
  return all.filter((entry) => files.has(entry.file) && !keys.has(keyOf(entry)));
}
