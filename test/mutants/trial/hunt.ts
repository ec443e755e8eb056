/** Runs seeds of the simulation from 1 on until one fails, in a process of its own: see `seed-hunt.ts`. */
import { runSeed } from '../../simulation/run-seed.ts';

const [, , seedCountMax = ''] = process.argv;

for (let seed = 1; seed <= Number(seedCountMax); seed += 1) {
  tell({ seed });
  const { failure } = await runSeed(seed);
  if (failure === undefined) continue;
  tell({ seed, reason: `${failure.invariant}: ${failure.message}` });
  break;
}

function tell(progress: { seed: number; reason?: string }): void {
  process.stdout.write(`${JSON.stringify(progress)}\n`);
}
