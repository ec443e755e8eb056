/** Every mutant that is known to behave as the original does. */
import { coreEquivalents } from './core.ts';
import type { Equivalent } from './equivalent.ts';

export const allEquivalents: readonly Equivalent[] = [...coreEquivalents];
