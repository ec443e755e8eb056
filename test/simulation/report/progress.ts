/** Progress on standard error: one line that changes on a terminal, a line now and then elsewhere. */
import type { Totals } from './totals.ts';

const isForPeople = process.stderr.isTTY;
const intervalMs = isForPeople ? 200 : 10_000;

export class Progress {
  readonly #seedCount: number;
  #nextMs = intervalMs;

  constructor(seedCount: number) {
    this.#seedCount = seedCount;
  }

  update(totals: Totals): void {
    const { realMs } = totals;
    if (realMs < this.#nextMs) return;
    this.#nextMs = realMs + intervalMs;
    this.#show(tell(totals, this.#seedCount));
  }

  /** Clears the line for other output. */
  pause(): void {
    if (isForPeople) process.stderr.write('\r\x1b[K');
  }

  end(): void {
    this.pause();
  }

  #show(line: string): void {
    process.stderr.write(isForPeople ? `\r\x1b[K${line}` : `${line}\n`);
  }
}

function tell({ seedCount, realMs, simulatedMs, failed }: Totals, seedCountMax: number): string {
  const pace = (1000 * seedCount) / realMs;
  const ratio = Math.round(simulatedMs / realMs);
  const bad = failed.length === 0 ? '' : `, ${failed.length} failed`;
  return `${seedCount} of ${seedCountMax} seeds, ${pace.toFixed(1)} a second, ${ratio} × real time${bad}`;
}
