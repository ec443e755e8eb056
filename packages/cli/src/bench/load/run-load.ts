/**
 * Runs a load, in a closed or an open loop. In a closed loop a stalled store is asked less, which hides
 * how long others would have waited; in an open loop every request counts from when it was due.
 */
import { codeOf, type Load, type LoadResult } from './load.ts';
import { Recorder } from './recorder.ts';
import { countedFrom, Schedule } from './schedule.ts';

/** Resolves when every request that was sent is over. @throws TypeError that `send` throws: a mistake. */
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
  readonly #endMs: number;
  readonly #laneCounts: number[];
  #sentCount = 0;

  constructor(load: Load) {
    this.#load = load;
    this.#startMs = load.clock.now() + (load.warmUpMs ?? 0);
    this.#endMs = this.#startMs + (load.durationMs ?? Number.POSITIVE_INFINITY);
    this.#recorder = new Recorder({ startMs: this.#startMs, endMs: this.#endMs });
    this.#laneCounts = Array.from({ length: load.inFlight }, () => 0);
  }

  /** Each answer is followed by the next request. */
  async closedLoop(lane: number): Promise<void> {
    const { clock } = this.#load;
    for (let nowMs = clock.now(); !this.#isOver(nowMs); nowMs = clock.now()) {
      await this.#send(lane, nowMs);
    }
  }

  /** Takes what is due next by the schedule of all lanes, and sends it then, or at once if it is late. */
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
    const endMs = Math.min(this.#endMs, this.#load.clock.now());
    const isWhole = this.#isAllSent();
    return {
      ...{ histogram, bars, answeredCount, failures, timeline, intervalMs },
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
      // A store that refuses at once must not keep the timers of this process from their turn.
      await this.#until(clock.now() + 1);
    }
  }

  #isOver(nowMs: number): boolean {
    return nowMs >= this.#endMs || this.#isAllSent() || this.#load.signal?.aborted === true;
  }

  #isAllSent(): boolean {
    return this.#sentCount >= (this.#load.requestCount ?? Number.POSITIVE_INFINITY);
  }

  #until(timeMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#load.clock.at(timeMs, resolve);
    });
  }
}
