/** How far the benchmark is, on standard error: a bar for people, a line each for everything else. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** From 0 to 1. */
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
