/** The order in which stages run: those that may run beside others several at a time, then the others one by one. */
import type { Stage } from './stages.ts';

/** How a stage runs: with its output as it comes, or at its end where others print too. */
export type RunStage<Result> = (stage: Stage, output: 'live' | 'at its end') => Promise<Result>;

/** Resolves with the results in the order of the stages. @param laneCount of stages at a time, from 1 on */
export async function inLanes<Result>(
  stages: readonly Stage[],
  laneCount: number,
  run: RunStage<Result>,
): Promise<readonly Result[]> {
  const results = new Map<Stage, Result>();
  const queue = stages.filter(({ company }) => company === 'together');
  const output = Math.min(laneCount, queue.length) > 1 ? 'at its end' : 'live';
  const lane = async () => {
    for (let stage = queue.shift(); stage !== undefined; stage = queue.shift()) {
      results.set(stage, await run(stage, output));
    }
  };
  await Promise.all(Array.from({ length: laneCount }, lane));
  for (const stage of stages) {
    if (stage.company === 'alone') results.set(stage, await run(stage, 'live'));
  }
  return stages.flatMap((stage) => results.get(stage) ?? []);
}
