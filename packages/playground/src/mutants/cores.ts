/** The cores with a mistake built in. The list is empty here: the build of the page replaces it. */
import type { Core } from '../engine/world/core.ts';

export interface MutantCore {
  /** The id of the mutant in `test/mutants`. */
  readonly id: string;
  /** What it does wrong, as a sentence. */
  readonly does: string;
  /** What would be lost. */
  readonly loses: string;
  readonly core: Core;
}

export const mutantCores: readonly MutantCore[] = [];
