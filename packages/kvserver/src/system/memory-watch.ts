/**
 * Watches the memory of the process, and collects garbage where V8 would wait too long. Buffers are outside its heap,
 * and it looks for dead ones only while new ones are made: after a load ends, hundreds of megabytes of them stay.
 */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ampleResources, type Resources } from '../config/resources.ts';

/** Bytes in use, by different counts. */
export interface MemoryReading {
  /** In memory, of which the system counts each page. */
  readonly residentBytes: number;
  /** Writable memory that is mapped, as `RLIMIT_DATA` counts it. */
  readonly dataBytes: number;
  /** V8's heap and buffers: alive, garbage that was not collected yet, or free space of the heap. */
  readonly objectBytes: number;
  /** The same without the free space. */
  readonly allocatedBytes: number;
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
/**
 * While so much is free the memory is measured this often: it cannot be used up in between, and measuring ten times
 * a second took one write in eight from a server under load.
 */
const ampleBytes = 1024 * 1024 * 1024;
const ampleIntervalMs = 1000;
/** Garbage is collected when the memory in use is this close to the bound, in percent. */
const marginPercent = 10;
/** A collection stops the process for some tens of milliseconds, so pressure causes at most one in this time. */
const pressureIntervalMs = 1000;
/** An idle process collects if its objects have so many bytes more than at the start, */
const garbageBytesMin = 32 * 1024 * 1024;
/** and if at least so many bytes were allocated since the last collection, */
const allocatedBytesMin = 48 * 1024 * 1024;
/**
 * or if this time has passed since. What was in use then may have been given up since: a log that a dead server lacked
 * is forgotten once it has returned. The time doubles with each collection that frees little, up to the longest one.
 */
const againMsMin = 10_000;
const againMsMax = 600_000;
/** A collection that frees fewer bytes frees little. */
const freedBytesMin = 16 * 1024 * 1024;
/** A process is idle while it allocates less than this, in bytes a second, for so long. */
const idleAllocationRate = 10 * 1024 * 1024;
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
  readonly #objectBytesAtStart: number;
  #percent = 0;
  #collectedMs = Number.NEGATIVE_INFINITY;
  /** How long after a collection an idle process collects again. */
  #againMs = againMsMin;
  /** Allocated since the last collection. What V8 collected meanwhile counts too. */
  #allocatedBytes = 0;
  #lastAllocatedBytes: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  /** Since when the process has been idle. */
  #idleSinceMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    const { dataBytes: dataBytesMax } = options.resources;
    this.#read = options.read ?? (() => readMemory(dataBytesMax < ampleResources.dataBytes));
    this.#collect = options.collect ?? collectGarbage;
    const { dataBytes, residentBytes, objectBytes, allocatedBytes } = this.#read();
    this.#baseBytes = Math.max(dataBytes, residentBytes) - objectBytes;
    this.#objectBytesAtStart = objectBytes;
    this.#lastAllocatedBytes = allocatedBytes;
  }

  /** The memory in use in percent of what the process may use, from 0; at most a second old. */
  get percent(): number {
    return this.#percent;
  }

  start(): void {
    if (this.#timer === undefined) this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Measures, and collects garbage if that is due. Called by a timer; `nowMs` never goes back. */
  check(nowMs: number): void {
    const reading = this.#readOrUndefined();
    // The system tells through a file. While it lets none be opened, the last measurement holds.
    if (reading === undefined) return;
    this.#percent = this.#percentOf(reading);
    this.#observe(reading, nowMs);
    const isPressed = this.#percent >= this.#options.percentMax - marginPercent;
    const isDue = isPressed
      ? nowMs - this.#collectedMs >= pressureIntervalMs
      : this.#isIdleWithGarbage(reading, nowMs);
    if (!isDue) return;
    this.#collect();
    const after = this.#readOrUndefined() ?? reading;
    this.#percent = this.#percentOf(after);
    this.#collectedMs = nowMs;
    const isLittle = reading.objectBytes - after.objectBytes < freedBytesMin;
    this.#againMs = isLittle ? Math.min(againMsMax, 2 * this.#againMs) : againMsMin;
    this.#allocatedBytes = 0;
    this.#lastAllocatedBytes = after.allocatedBytes;
  }

  /** How long to wait until the next measurement, in milliseconds. */
  get delayMs(): number {
    const { resources, percentMax } = this.#options;
    const freeShare = (percentMax - this.#percent) / 100;
    const memoryBytes = Math.min(resources.memoryBytes, resources.dataBytes);
    return freeShare * memoryBytes >= ampleBytes ? ampleIntervalMs : intervalMs;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.check(performance.now());
      this.#schedule();
    }, this.delayMs).unref();
  }

  #readOrUndefined(): MemoryReading | undefined {
    try {
      return this.#read();
    } catch {
      return undefined;
    }
  }

  #observe({ allocatedBytes }: MemoryReading, nowMs: number): void {
    const growth = Math.max(0, allocatedBytes - this.#lastAllocatedBytes);
    this.#lastAllocatedBytes = allocatedBytes;
    this.#allocatedBytes += growth;
    const elapsedMs = Math.max(intervalMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
    const isAllocating = growth * 1000 >= idleAllocationRate * elapsedMs;
    if (isAllocating) this.#idleSinceMs = Number.POSITIVE_INFINITY;
    else this.#idleSinceMs = Math.min(this.#idleSinceMs, nowMs);
  }

  #percentOf({ residentBytes, dataBytes, objectBytes }: MemoryReading): number {
    const { resources } = this.#options;
    const held = Math.max(residentBytes / resources.memoryBytes, dataBytes / resources.dataBytes);
    const memoryBytes = Math.min(resources.memoryBytes, resources.dataBytes);
    const needed = (this.#baseBytes + objectBytes) / memoryBytes + keptShareMax;
    return Math.round(100 * Math.min(held, needed));
  }

  #isIdleWithGarbage({ objectBytes }: MemoryReading, nowMs: number): boolean {
    if (nowMs - this.#idleSinceMs < idleMs) return false;
    if (objectBytes < this.#objectBytesAtStart + garbageBytesMin) return false;
    return this.#allocatedBytes >= allocatedBytesMin || nowMs - this.#collectedMs >= this.#againMs;
  }
}

/** `isDataLimited`: otherwise the file that tells of the data segment is not read. */
function readMemory(isDataLimited: boolean): MemoryReading {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  return {
    residentBytes: rss,
    dataBytes: isDataLimited ? readDataBytes() : 0,
    objectBytes: heapTotal + external,
    allocatedBytes: heapUsed + external,
  };
}

/** 0 where the system does not tell. */
function readDataBytes(): number {
  if (process.platform !== 'linux') return 0;
  const status = readFileSync('/proc/self/status', 'utf8');
  return 1024 * Number(/^VmData:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
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
