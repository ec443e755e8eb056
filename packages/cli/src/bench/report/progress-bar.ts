/** How far a benchmark is: a bar on standard error for people, nothing for everything else. */
import { SingleBar } from 'cli-progress';
import type { OnProgress } from '../run-bench.ts';

export interface ProgressBar {
  readonly update: OnProgress;
  /** Takes the bar away. */
  readonly end: () => void;
}

export function beginProgress(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (stream.isTTY !== true) return { update: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    format: '{doing} [{bar}] {percentage} %',
    stream,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(100, 0, { doing: 'connecting' });
  return {
    update: (doing, doneShare) => bar.update(Math.floor(doneShare * 100), { doing }),
    end: () => bar.stop(),
  };
}
