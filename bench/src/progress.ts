/** Progress of the benchmark on standard error: a bar on a terminal, one line per step otherwise. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Completed share, from 0 to 1. */
  readonly update: (doneShare: number) => void;
  readonly end: () => void;
}

export function beginProgress(title: string): Progress {
  if (!process.stderr.isTTY) {
    process.stderr.write(`${title}\n`);
    return { update: () => {}, end: () => {} };
  }
  const bar = new SingleBar({
    format: '{title} [{bar}] {percentage} %',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(100, 0, { title });
  return {
    update: (doneShare) => bar.update(Math.floor(doneShare * 100)),
    end: () => bar.stop(),
  };
}
