/** Hunts, under a given build, for a seed of the simulation that fails. */
import { join } from 'node:path';
import { runNode } from './node-run.ts';

const hunt = join(import.meta.dirname, 'hunt.js');
/** A seed takes half a second. One that takes minutes is stuck, and says nothing. */
const seedMsMax = 2000;
const startMsMax = 60_000;

export interface Hunt {
  readonly isCaught: boolean;
  readonly reason: string;
  /** Up to and including the one that failed. */
  readonly seedCount: number;
}

export async function firstFailedSeed(
  seedCountMax: number,
  environment: NodeJS.ProcessEnv,
): Promise<Hunt> {
  const { lines, hasEndedWell } = await runNode({
    parameters: ['--enable-source-maps', hunt, `${seedCountMax}`],
    environment,
    msMax: startMsMax + seedCountMax * seedMsMax,
  });
  const last = lines.at(-1);
  if (last === undefined) return { isCaught: false, reason: 'no verdict', seedCount: 0 };
  const { seed, reason }: { seed: number; reason?: string } = JSON.parse(last);
  if (reason !== undefined) return { isCaught: true, reason, seedCount: seed };
  if (hasEndedWell) return { isCaught: false, reason: `${seed} seeds passed`, seedCount: seed };
  return { isCaught: false, reason: `no verdict on seed ${seed}`, seedCount: seed };
}
