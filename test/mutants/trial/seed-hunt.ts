/**
 * Searches, under a given build, for a seed of the simulation that fails there and passes under the real
 * build.
 */
import { join } from 'node:path';
import { runNode } from './node-run.ts';

const hunt = join(import.meta.dirname, 'hunt.js');
/** A seed takes half a second, or a few on a busy machine; one that takes minutes is stuck. */
const seedMsMax = 5000;
const startMsMax = 60_000;

export interface Hunt {
  readonly isCaught: boolean;
  readonly reason: string;
  /** Number of seeds up to and including the one that failed. */
  readonly seedCount: number;
}

/** A seed that also fails without a mutant shows nothing: the search continues after it. */
export async function firstFailedSeed(
  seedCountMax: number,
  environment: NodeJS.ProcessEnv,
): Promise<Hunt> {
  for (let first = 1; first <= seedCountMax; ) {
    const found = await runSeeds(first, seedCountMax, environment);
    if (!found.isCaught) return found;
    const control = await runSeeds(found.seedCount, found.seedCount, process.env);
    if (!control.isCaught) return found;
    first = found.seedCount + 1;
  }
  return {
    isCaught: false,
    reason: 'the last failing seed also fails without the mutant',
    seedCount: seedCountMax,
  };
}

async function runSeeds(
  first: number,
  last: number,
  environment: NodeJS.ProcessEnv,
): Promise<Hunt> {
  const { lines, hasEndedWell } = await runNode({
    parameters: ['--enable-source-maps', hunt, `${first}`, `${last}`],
    environment,
    msMax: startMsMax + (last - first + 1) * seedMsMax,
  });
  const lastLine = lines.at(-1);
  if (lastLine === undefined) return { isCaught: false, reason: 'no verdict', seedCount: 0 };
  const { seed, reason }: { seed: number; reason?: string } = JSON.parse(lastLine);
  if (reason !== undefined) return { isCaught: true, reason, seedCount: seed };
  if (hasEndedWell) return { isCaught: false, reason: `${seed} seeds passed`, seedCount: seed };
  return { isCaught: false, reason: `no verdict on seed ${seed}`, seedCount: seed };
}
