/** Runs the robot repeatedly, for a short time in each turn of the page, until it breaks an invariant. */
import { type Attempt, attempt } from '../engine/robot.ts';
import type { Settings } from '../engine/settings.ts';
import type { Core } from '../engine/world/core.ts';

export interface RobotCounts {
  readonly runs: number;
  readonly moments: number;
  readonly faults: number;
}

/** How long the robot runs before the page gets a turn. */
const turnMs = 12;

export class RobotRunner {
  readonly #onProgress: () => void;
  #counts: RobotCounts = { runs: 0, moments: 0, faults: 0 };
  #found: Attempt | undefined;
  #isRunning = false;

  constructor(onProgress: () => void) {
    this.#onProgress = onProgress;
  }

  get counts(): RobotCounts {
    return this.#counts;
  }

  /** The first run in which an invariant broke. */
  get found(): Attempt | undefined {
    return this.#found;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  stop(): void {
    this.#isRunning = false;
  }

  /** Starts again, with new seeds. With a mutant it searches for a run that breaks agreement. */
  async start(settings: Settings, core: Core, nowMs: () => number): Promise<void> {
    this.#counts = { runs: 0, moments: 0, faults: 0 };
    this.#found = undefined;
    this.#isRunning = true;
    const lamp = settings.mutant === undefined ? undefined : 'agreement';
    while (this.#isRunning) {
      const endMs = nowMs() + turnMs;
      while (this.#isRunning && nowMs() < endMs) {
        const seed = `robot-${settings.seed}-${this.#counts.runs}`;
        this.#count(await attempt({ ...settings, seed }, core, lamp), lamp);
      }
      this.#onProgress();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    this.#onProgress();
  }

  #count(made: Attempt, lamp: string | undefined): void {
    const { runs, moments, faults } = this.#counts;
    this.#counts = {
      runs: runs + 1,
      moments: moments + made.recording.moment,
      faults: faults + made.faultCount,
    };
    if (made.violations.some((violation) => lamp === undefined || violation.lamp === lamp)) {
      this.#found = made;
      this.#isRunning = false;
    }
  }
}
