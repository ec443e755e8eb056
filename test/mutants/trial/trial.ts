/** One mutant against one catcher, and what came of it. */
import type { Catcher, Mutant } from '../mutant.ts';
import type { PatchedBuilds } from '../patched-build/builds.ts';
import { failedTest } from './named-test.ts';

export interface Trial {
  readonly mutant: Mutant;
  readonly catcher: Catcher;
}

export interface Finding extends Trial {
  readonly isCaught: boolean;
  /** The error of the test that failed; or why nobody noticed. */
  readonly reason: string;
  readonly tookMs: number;
}

export async function tryOut({ mutant, catcher }: Trial, builds: PatchedBuilds): Promise<Finding> {
  const startMs = performance.now();
  const outcome = await failedTest(catcher, builds.environmentOf(mutant));
  return { mutant, catcher, ...outcome, tookMs: performance.now() - startMs };
}
