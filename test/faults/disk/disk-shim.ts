/**
 * Controls one node's disk through `disk-shim.c`, which is preloaded into the node's process: calls that
 * fail or wait, and power cuts that lose what was not flushed.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { SeededRandom } from '@paxkv/simulator';
import { cutPower } from './power-cut.ts';
import { parseShimLog } from './shim-log.ts';

/** The numbers of the C source. */
const callBits = { open: 1, write: 2, sync: 4, rename: 8 } as const;
const crash = -1;

export type DiskCall = keyof typeof callBits;

/** Size in bytes of the shared control page, and the index of the count of affected calls in it. */
const controlBytes = 32;
const hitCountOffset = 20;

export interface DiskTrouble {
  readonly calls: readonly DiskCall[];
  /**
   * The error that the calls fail with, or a crash of the process just before. Without it the calls only
   * wait.
   */
  readonly error?: 'EIO' | 'ENOSPC' | 'crash';
  /** How many such calls pass first. */
  readonly skip?: number;
  /** How many calls are affected then. Default: all, until `clear`. */
  readonly times?: number;
  /** Delay before each affected call. */
  readonly waitMs?: number;
}

export interface DiskShimOptions {
  /** The compiled shim. */
  readonly library: string;
  /** The node's data. */
  readonly root: string;
  /** An empty directory for the shim's own files. */
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

  /** Environment of the process that uses this disk. */
  get environment(): NodeJS.ProcessEnv {
    const { library, root, side } = this.#options;
    return {
      LD_PRELOAD: library,
      DISK_SHIM_ROOT: `${root}/`,
      DISK_SHIM_CONTROL: join(side, 'control'),
      DISK_SHIM_LOG: this.#log,
    };
  }

  /** Calls affected since the last `arrange`. */
  get hitCount(): number {
    const numbers = new Int32Array(1);
    readSync(this.#control, numbers, 0, 4, hitCountOffset);
    return numbers[0] ?? 0;
  }

  /** Replaces the previous arrangement. */
  arrange({ calls, error, skip = 0, times = 2 ** 31 - 1, waitMs = 0 }: DiskTrouble): void {
    const bits = calls.reduce((sum, call) => sum + callBits[call], 0);
    this.clear();
    this.#write([0, toNumber(error), skip, times, waitMs, 0]);
    // Written last, so that no call sees half an arrangement.
    this.#write([bits]);
  }

  /** No calls fail or wait from now on. */
  clear(): void {
    this.#write([0]);
    this.#write(new Array(controlBytes / 4).fill(0));
  }

  /** Applies a power cut to the files of a process that has ended. Returns what was lost. */
  async cutPower(random: SeededRandom): Promise<string> {
    const text = await readFile(this.#log, 'utf8').catch(() => '');
    const { lostBytes, flushed } = await cutPower({
      root: this.#options.root,
      log: parseShimLog(text),
      replacedBy: ({ number }) => readFile(`${this.#log}.${number}`),
      random,
    });
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
    // In the machine's own byte order, since the C code reads the numbers.
    writeSync(this.#control, Int32Array.from(numbers), 0, numbers.length * 4, 0);
  }
}

function toNumber(error: DiskTrouble['error']): number {
  if (error === undefined) return 0;
  return error === 'crash' ? crash : constants.errno[error];
}
