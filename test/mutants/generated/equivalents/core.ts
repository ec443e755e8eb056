/** Mutants of `packages/paxos/src/core` that behave as the original does. */
import type { Equivalent } from './equivalent.ts';

export const coreEquivalents: readonly Equivalent[] = [];
