/** Progress: how far a session has come in a lesson. */
import type { Session } from '../engine/timeline/session.ts';
import { isMet } from './condition.ts';
import type { Lesson, Step } from './lesson.ts';

/** The longest time of a step. After that its goal counts as not reached. */
const stepMsMax = 60_000;

export class Progress {
  readonly lesson: Lesson;
  readonly #session: Session;
  /** The moments at which the completed steps were completed. */
  readonly #reached: number[] = [];

  constructor(lesson: Lesson, session: Session) {
    this.lesson = lesson;
    this.#session = session;
  }

  /** The current step, or `undefined` at the end. */
  get step(): Step | undefined {
    return this.lesson.steps[this.#reached.length];
  }

  /** How many steps are done. */
  get doneCount(): number {
    return this.#reached.length;
  }

  get isDone(): boolean {
    return this.step === undefined;
  }

  /** Checks whether the goal of the step is reached. Call it after each moment. */
  look(): boolean {
    const { cursor, head, frames } = this.#session;
    // The visitor continued from an earlier moment.
    while (this.#beginMoment > head) this.#reached.pop();
    const { step } = this;
    if (step === undefined || cursor < head || cursor <= this.#beginMoment) return false;
    if (!this.#isTime(step)) return false;
    const since = frames.slice(this.#beginMoment + 1);
    if (!step.goal.every((condition) => isMet(condition, since))) return false;
    this.#reached.push(head);
    return true;
  }

  /** Performs the actions of the step. */
  async act(): Promise<void> {
    for (const action of this.step?.actions ?? []) {
      await this.#session.act(action);
    }
  }

  /**
   * Performs the step, and continues until its goal is reached.
   *
   * @throws Error if the goal is not reached within a minute of simulated time.
   */
  async complete(): Promise<void> {
    const session = this.#session;
    const beginMs = session.frame.timeMs;
    await this.act();
    while (!this.look()) {
      const isLate = session.frame.timeMs - beginMs > stepMsMax;
      if (isLate || !(await session.step())) {
        throw new Error(`Step ${this.doneCount} of ${this.lesson.id} does not reach its goal.`);
      }
    }
  }

  get #beginMoment(): number {
    return this.#reached.at(-1) ?? 0;
  }

  /** Whether enough time has passed. If no event is left, waiting longer would change nothing. */
  #isTime({ afterMs = 0 }: Step): boolean {
    const { frames, frame, nextMs } = this.#session;
    const beginMs = frames[this.#beginMoment]?.timeMs ?? 0;
    return frame.timeMs - beginMs >= afterMs || nextMs === undefined;
  }
}
