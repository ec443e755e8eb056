/** The result of one mutant with one catcher. */
import { type Catcher, isTest, type Mutant } from '../mutant.ts';
import type { PatchedBuilds } from '../patched-build/builds.ts';
import { failedTest } from './named-test.ts';
import { firstFailedSeed } from './seed-hunt.ts';

export interface Trial {
  readonly mutant: Mutant;
  readonly catcher: Catcher;
}

export interface Finding extends Trial {
  readonly isCaught: boolean;
  /** The error of the test or seed that failed, or the reason why the mutant survived. */
  readonly reason: string;
  /** Seeds run, up to and including the one that failed. */
  readonly seedCount?: number;
  readonly tookMs: number;
}

export interface TrialOptions {
  readonly builds: PatchedBuilds;
  /** A mutant survives the simulation if this number of seeds passes. */
  readonly seedCountMax: number;
}

export async function tryOut(
  { mutant, catcher }: Trial,
  { builds, seedCountMax }: TrialOptions,
): Promise<Finding> {
  const startMs = performance.now();
  const environment = builds.environmentOf(mutant);
  const outcome = isTest(catcher)
    ? await failedTest(catcher, environment)
    : await firstFailedSeed(seedCountMax, environment);
  return { mutant, catcher, ...outcome, tookMs: performance.now() - startMs };
}
