/**
 * Runs a load in a closed or an open loop. In a closed loop a stalled store gets fewer requests, which
 * hides how long other callers would have waited. In an open loop the latency of a request counts from
 * when it was due.
 */
import { codeOf, type Load, type LoadResult } from './load.ts';
import { Recorder } from './recorder.ts';

/**
 * How late a timer may fire. The store does not cause this delay, so it does not count as latency.
 */
const timerGrainMs = 2;

/** Resolves once every request that was sent has ended. @throws TypeError from `send`, which is a defect. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const run = new Run(load);
  const lanes = Array.from({ length: load.inFlight }, (_, lane) => lane);
  const { perSecond, clock } = load;
  if (perSecond === undefined) {
    await Promise.all(lanes.map((lane) => run.closedLoop(lane)));
    return run.result(undefined);
  }
  const schedule = new Schedule(perSecond, clock.now());
  await Promise.all(lanes.map((lane) => run.openLoop(lane, schedule)));
  return run.result(schedule);
}

class Run {
  readonly #load: Load;
  readonly #recorder: Recorder;
  readonly #startMs: number;
  /** `undefined` if only a number of requests ends the load. */
  readonly #endMs: number | undefined;
  readonly #laneCounts: number[];
  #sentCount = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#startMs = load.clock.now() + (load.warmUpMs ?? 0);
    this.#endMs = load.durationMs === undefined ? undefined : this.#startMs + load.durationMs;
    this.#recorder = new Recorder({ startMs: this.#startMs, endMs: this.#endMs });
    this.#laneCounts = Array.from({ length: load.inFlight }, () => 0);
  }

  /** Sends the next request after each answer. */
  async closedLoop(lane: number): Promise<void> {
    const { clock } = this.#load;
    for (let nowMs = clock.now(); !this.#isOver(nowMs); nowMs = clock.now()) {
      await this.#send(lane, nowMs);
    }
  }

  /** Takes requests from the schedule of all lanes, and sends each when it is due, or at once if it is late. */
  async openLoop(lane: number, schedule: Schedule): Promise<void> {
    const { clock } = this.#load;
    while (!this.#isOver(clock.now())) {
      const dueMs = schedule.take();
      if (dueMs > clock.now()) await this.#until(dueMs);
      const nowMs = clock.now();
      if (this.#isOver(nowMs)) return;
      await this.#send(lane, countedFrom(dueMs, nowMs));
    }
  }

  result(schedule: Schedule | undefined): LoadResult {
    const { histogram, bars, answeredCount, failures, timeline, intervalMs } = this.#recorder;
    const nowMs = this.#load.clock.now();
    const endMs = this.#endMs === undefined ? nowMs : Math.min(this.#endMs, nowMs);
    const isWhole = this.#isAllSent();
    return {
      histogram,
      bars,
      answeredCount,
      failures,
      timeline,
      intervalMs,
      elapsedMs: Math.max(0, endMs - this.#startMs),
      unsentCount: isWhole || schedule === undefined ? 0 : schedule.leftUntil(endMs),
      laneCounts: this.#laneCounts,
    };
  }

  async #send(lane: number, fromMs: number): Promise<void> {
    this.#sentCount += 1;
    const { send, clock } = this.#load;
    try {
      await send(lane);
      this.#recorder.answered(fromMs, clock.now());
      this.#laneCounts[lane] = (this.#laneCounts[lane] ?? 0) + 1;
    } catch (error) {
      if (error instanceof TypeError) throw error;
      this.#recorder.failed(codeOf(error), clock.now());
      // If the store refuses requests at once, the timers of this process must still run.
      await this.#until(clock.now() + 1);
    }
  }

  #isOver(nowMs: number): boolean {
    const isPastEnd = this.#endMs !== undefined && nowMs >= this.#endMs;
    return isPastEnd || this.#isAllSent() || this.#load.signal?.aborted === true;
  }

  #isAllSent(): boolean {
    const { requestCount } = this.#load;
    return requestCount !== undefined && this.#sentCount >= requestCount;
  }

  #until(timeMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#load.clock.at(timeMs, resolve);
    });
  }
}

/** When the requests of an open loop are due: at even intervals. */
export class Schedule {
  readonly #startMs: number;
  readonly #perSecond: number;
  #takenCount = 0;

  constructor(perSecond: number, startMs: number) {
    this.#perSecond = perSecond;
    this.#startMs = startMs;
  }

  /** Takes the next request and returns when it is due. */
  take(): number {
    this.#takenCount += 1;
    return this.#dueMs(this.#takenCount - 1);
  }

  /** How many requests are due before `endMs` and were not taken. */
  leftUntil(endMs: number): number {
    const dueCount = Math.ceil(((endMs - this.#startMs) * this.#perSecond) / 1000);
    return Math.max(0, dueCount - this.#takenCount);
  }

  // Computed from the start, since a sum of intervals would drift.
  #dueMs(index: number): number {
    return this.#startMs + (index * 1000) / this.#perSecond;
  }
}

/** The start of the latency of a request that was due at `dueMs` and sent at `sentMs`. */
export function countedFrom(dueMs: number, sentMs: number): number {
  return sentMs - dueMs <= timerGrainMs ? sentMs : dueMs;
}
