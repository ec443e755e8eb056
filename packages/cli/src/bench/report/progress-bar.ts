/** The progress of a benchmark: a bar on standard error if that is a terminal. */
import { SingleBar } from 'cli-progress';
import type { OnProgress } from '../run-bench.ts';

export interface ProgressBar {
  readonly update: OnProgress;
  /** Removes the bar. */
  readonly end: () => void;
}

export function beginProgress(stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (stream.isTTY !== true) return { update: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    format: '{phase} [{bar}] {percentage} %',
    stream,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(100, 0, { phase: 'connecting' });
  return {
    update: (phase, doneShare) => bar.update(Math.floor(doneShare * 100), { phase }),
    end: () => bar.stop(),
  };
}
