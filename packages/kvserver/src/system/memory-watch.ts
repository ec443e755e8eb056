/**
 * Watches the memory of the process, and collects garbage where V8 would wait too long. Buffers are outside its heap,
 * and it looks for dead ones only while new ones are made: after a load ends, hundreds of megabytes of them stay.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Resources } from '../config/resources.ts';

/** Bytes in use, by different counts. */
export interface MemoryReading {
  /** In memory, of which the system counts each page. */
  readonly residentBytes: number;
  /** Writable memory that is mapped, as `RLIMIT_DATA` counts it. */
  readonly dataBytes: number;
  /** In V8's heap and in buffers: alive, or garbage that was not collected yet. */
  readonly objectBytes: number;
}

export interface MemoryWatchOptions {
  readonly resources: Pick<Resources, 'memoryBytes' | 'dataBytes'>;
  /** The bound on `percent` above which others refuse work. */
  readonly percentMax: number;
  /** Replaced by tests. */
  readonly read?: () => MemoryReading;
  readonly collect?: () => void;
}

const intervalMs = 100;
/** Garbage is collected when the memory in use is this close to the bound, in percent. */
const marginPercent = 10;
/** A collection stops the process for some tens of milliseconds, so pressure causes at most one in this time. */
const pressureIntervalMs = 1000;
/** Objects that were added since the last collection, above which an idle process collects. */
const idleBytes = 48 * 1024 * 1024;
/** A process is idle if its objects have grown by less than this in `idleMs`. */
const idleGrowthBytes = 4 * 1024 * 1024;
const idleMs = 3000;
/**
 * The allocator keeps memory that was freed, and uses it again. So what is neither an object nor was there at the
 * start counts up to this share of the memory only: a server that needs little refuses nothing.
 */
const keptShareMax = 0.25;

export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #read: () => MemoryReading;
  readonly #collect: () => void;
  /** Memory at the start other than objects: the program, stacks, and what V8 reserves. */
  readonly #baseBytes: number;
  #percent = 0;
  #collectedMs = Number.NEGATIVE_INFINITY;
  #objectBytesAfter = 0;
  /** Since when the objects have not grown, and their bytes at that time. */
  #quiet: { readonly sinceMs: number; readonly objectBytes: number } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#read = options.read ?? readMemory;
    this.#collect = options.collect ?? collectGarbage;
    const { dataBytes, residentBytes, objectBytes } = this.#read();
    this.#baseBytes = Math.max(dataBytes, residentBytes) - objectBytes;
    this.#objectBytesAfter = objectBytes;
  }

  /** The memory in use in percent of what the process may use, from 0; at most a tenth of a second old. */
  get percent(): number {
    return this.#percent;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.check(performance.now()), intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Measures, and collects garbage if that is due. Called by a timer; `nowMs` never goes back. */
  check(nowMs: number): void {
    const reading = this.#read();
    this.#percent = this.#percentOf(reading);
    const isPressed = this.#percent >= this.#options.percentMax - marginPercent;
    const isDue = isPressed
      ? nowMs - this.#collectedMs >= pressureIntervalMs
      : this.#isIdleWithGarbage(reading, nowMs);
    if (!isDue) return;
    this.#collect();
    this.#collectedMs = nowMs;
    const after = this.#read();
    this.#objectBytesAfter = after.objectBytes;
    this.#quiet = undefined;
    this.#percent = this.#percentOf(after);
  }

  #percentOf({ residentBytes, dataBytes, objectBytes }: MemoryReading): number {
    const { resources } = this.#options;
    const held = Math.max(residentBytes / resources.memoryBytes, dataBytes / resources.dataBytes);
    const memoryBytes = Math.min(resources.memoryBytes, resources.dataBytes);
    const needed = (this.#baseBytes + objectBytes) / memoryBytes + keptShareMax;
    return Math.round(100 * Math.min(held, needed));
  }

  #isIdleWithGarbage({ objectBytes }: MemoryReading, nowMs: number): boolean {
    if (objectBytes < this.#objectBytesAfter) this.#objectBytesAfter = objectBytes;
    const quiet = this.#quiet;
    if (quiet === undefined || objectBytes > quiet.objectBytes + idleGrowthBytes) {
      this.#quiet = { sinceMs: nowMs, objectBytes };
      return false;
    }
    return nowMs - quiet.sinceMs >= idleMs && objectBytes >= this.#objectBytesAfter + idleBytes;
  }
}

function readMemory(): MemoryReading {
  const { rss, heapTotal, external } = process.memoryUsage();
  return { residentBytes: rss, dataBytes: readDataBytes(), objectBytes: heapTotal + external };
}

/** 0 where the system does not tell. */
function readDataBytes(): number {
  try {
    const [, kibibytes] = /^VmData:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return Number(kibibytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

let collectNow: (() => void) | undefined;

/** V8 offers its collector to contexts that are made after the flag was set; ours stays as it is. */
function collectGarbage(): void {
  if (collectNow === undefined) {
    setFlagsFromString('--expose-gc');
    collectNow = runInNewContext('gc');
    setFlagsFromString('--no-expose-gc');
  }
  collectNow?.();
}
