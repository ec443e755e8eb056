/**
 * One node's disk as `disk-shim.c` shows it to the node's process: calls that fail or wait on demand,
 * and power cuts that take what was not flushed.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { SeededRandom } from '@paxkv/simulator';
import { cutPower, type FlushedBytes } from './power-cut.ts';

/** As numbered in the C source. */
const callBits = { open: 1, write: 2, sync: 4, rename: 8 } as const;
const crash = -1;

export type DiskCall = keyof typeof callBits;

/** Bytes of the page of numbers that both sides see, and where the count of calls met stands in it. */
const controlBytes = 32;
const hitCountOffset = 20;

export interface DiskTrouble {
  readonly calls: readonly DiskCall[];
  /** What they fail with, or the process dies just before. Without it they only wait. */
  readonly error?: 'EIO' | 'ENOSPC' | 'crash';
  /** How many such calls are spared first. */
  readonly skip?: number;
  /** How many are met then. Default: all, until `clear`. */
  readonly times?: number;
  /** Before each call that is met. */
  readonly waitMs?: number;
}

export interface DiskShimOptions {
  /** The compiled shim. */
  readonly library: string;
  /** The node's data. */
  readonly root: string;
  /** An empty directory for what the shim itself needs. */
  readonly side: string;
}

export class DiskShim {
  readonly #options: DiskShimOptions;
  readonly #control: number;

  constructor(options: DiskShimOptions) {
    this.#options = options;
    this.#control = openSync(join(options.side, 'control'), 'w+');
    this.clear();
  }

  /** For the process whose disk this is. */
  get environment(): NodeJS.ProcessEnv {
    const { library, root, side } = this.#options;
    return {
      LD_PRELOAD: library,
      DISK_SHIM_ROOT: `${root}/`,
      DISK_SHIM_CONTROL: join(side, 'control'),
      DISK_SHIM_LOG: this.#log,
    };
  }

  /** Calls met since the last `arrange`. */
  get hitCount(): number {
    const numbers = new Int32Array(1);
    readSync(this.#control, numbers, 0, 4, hitCountOffset);
    return numbers[0] ?? 0;
  }

  /** From now on, instead of what was arranged before. */
  arrange({ calls, error, skip = 0, times = 2 ** 31 - 1, waitMs = 0 }: DiskTrouble): void {
    const bits = calls.reduce((sum, call) => sum + callBits[call], 0);
    this.clear();
    this.#write([0, toNumber(error), skip, times, waitMs, 0]);
    // Last, so that no call is met by half an arrangement.
    this.#write([bits]);
  }

  /** All is well from now on. */
  clear(): void {
    this.#write([0]);
    this.#write(new Array(controlBytes / 4).fill(0));
  }

  /** What a power cut leaves on the disk of a process that has ended. Says what was lost. */
  async cutPower(random: SeededRandom): Promise<string> {
    const text = await readFile(this.#log, 'utf8').catch(() => '');
    const { lostBytes, flushed } = await cutPower(this.#options.root, toFlushed(text), random);
    const lines = [...flushed].map(([path, bytes]) => `flushed\t${bytes}\t${path}\n`);
    await writeFile(this.#log, lines.join(''));
    return `${lostBytes} bytes`;
  }

  close(): void {
    closeSync(this.#control);
  }

  get #log(): string {
    return join(this.#options.side, 'log');
  }

  #write(numbers: readonly number[]): void {
    // In the machine's own byte order, as its other reader has them.
    writeSync(this.#control, Int32Array.from(numbers), 0, numbers.length * 4, 0);
  }
}

function toNumber(error: DiskTrouble['error']): number {
  if (error === undefined) return 0;
  return error === 'crash' ? crash : constants.errno[error];
}

/** How much of each file was on disk, from what the shim wrote down. */
export function toFlushed(log: string): FlushedBytes {
  const flushed = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [what, first = '', second = ''] = line.split('\t');
    if (what === 'flushed' && Number(first) >= 0) flushed.set(second, Number(first));
    if (what === 'renamed') {
      flushed.set(second, flushed.get(first) ?? 0);
      flushed.delete(first);
    }
  }
  return flushed;
}
