/** Runs seeds of the simulation until one fails, in a separate process: see `seed-hunt.ts`. */
import { runSeed } from '../../simulation/run-seed.ts';

const [first = 1, last = 1] = process.argv.slice(2).map(Number);

for (let seed = first; seed <= last; seed += 1) {
  report({ seed });
  const { failure } = await runSeed(seed);
  if (failure === undefined) continue;
  report({ seed, reason: `${failure.invariant}: ${failure.message}` });
  break;
}

function report(progress: { seed: number; reason?: string }): void {
  process.stdout.write(`${JSON.stringify(progress)}\n`);
}
