/** The cores with a mistake built in. Empty here: the build of the page puts them in place of this list. */
import type { Core } from '../engine/world/core.ts';

export interface MutantCore {
  /** As in `test/mutants`. */
  readonly id: string;
  /** What it does wrong, as a sentence. */
  readonly does: string;
  /** What would be lost. */
  readonly loses: string;
  readonly core: Core;
}

export const mutantCores: readonly MutantCore[] = [];
