/**
 * Session: a run that can be looked at in any moment, taken up again from any moment, and told in a few
 * words. Frames are kept for looking; going on from an earlier moment executes the run anew up to there,
 * and what is executed must be what was seen.
 */
import type { Action, LoggedAction } from '../action.ts';
import type { Settings } from '../settings.ts';
import type { CoreOf } from '../world/core.ts';
import type { Frame } from './frame.ts';
import { Run } from './run.ts';
import { hashOf } from './state-hash.ts';

/** All that it takes to repeat a run up to a moment. */
export interface Recording {
  readonly settings: Settings;
  readonly log: readonly LoggedAction[];
  readonly moment: number;
}

/** A run grows no further: it is kept in memory, frame by frame. */
export const momentMax = 20_000;

export class Session {
  readonly settings: Settings;
  readonly #coreOf: CoreOf;
  readonly #frames: Frame[] = [];
  #run: Run;
  /** Actions by moment; those after the last frame are still to come. */
  #log: readonly LoggedAction[];
  #cursor = 0;
  /** Runs that were left when another way was taken. */
  readonly #left: Recording[] = [];

  private constructor(settings: Settings, coreOf: CoreOf, run: Run, log: readonly LoggedAction[]) {
    this.settings = settings;
    this.#coreOf = coreOf;
    this.#run = run;
    this.#log = log;
    this.#frames.push(run.frame());
  }

  /** A new run. With a recording its actions are still to come, and `stepTo` leads to its moment. */
  static async open(
    settings: Settings,
    coreOf: CoreOf,
    log: readonly LoggedAction[] = [],
  ): Promise<Session> {
    return new Session(settings, coreOf, await Run.begin(settings, coreOf), log);
  }

  /** The frame that is looked at. */
  get frame(): Frame {
    return this.at(this.#cursor);
  }

  /** The moment that is looked at. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The last moment that was seen. */
  get head(): number {
    return this.#frames.length - 1;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get log(): readonly LoggedAction[] {
    return this.#log;
  }

  /** Runs that were left for another way, the last one last. */
  get left(): readonly Recording[] {
    return this.#left;
  }

  /** The run up to the moment looked at. */
  get recording(): Recording {
    const log = this.#log.filter(({ at }) => at <= this.#cursor);
    return { settings: this.settings, log, moment: this.#cursor };
  }

  /** When the next moment is, if there is one. */
  get nextMs(): number | undefined {
    const next = this.#frames[this.#cursor + 1];
    if (next !== undefined) return next.timeMs;
    return this.#actionAt(this.head + 1) ? this.frame.timeMs : this.#run.nextMs;
  }

  /** @throws RangeError for a moment that was not seen yet. */
  at(moment: number): Frame {
    const frame = this.#frames[moment];
    if (frame === undefined) throw new RangeError(`Moment ${moment} was not seen yet.`);
    return frame;
  }

  /** Looks at another moment that was seen. */
  seek(moment: number): void {
    this.#cursor = Math.max(0, Math.min(moment, this.head));
  }

  /** Goes to the next moment. Gives back whether there is one. */
  async step(): Promise<boolean> {
    if (this.#cursor < this.head) {
      this.#cursor += 1;
      return true;
    }
    if (this.head >= momentMax) return false;
    const action = this.#actionAt(this.head + 1);
    if (action !== undefined) await this.#run.perform(action);
    else if (!(await this.#run.step())) return false;
    this.#frames.push(this.#run.frame());
    this.#cursor = this.head;
    return true;
  }

  /** Goes on until the moment, or until nothing happens any more. */
  async stepTo(moment: number): Promise<void> {
    while (this.#cursor < moment && (await this.step()));
  }

  /** Does something now. Where the run went on from here before, that way is left. */
  async act(action: Action): Promise<void> {
    await this.fork();
    if (this.head >= momentMax) return;
    this.#log = [...this.#log, { at: this.head + 1, action }];
    await this.step();
  }

  /** Leaves all that comes after the moment looked at, seen or still to come. */
  async fork(): Promise<void> {
    const isLast = this.#cursor === this.head;
    const log = this.#log.filter(({ at }) => at <= this.#cursor);
    if (isLast && log.length === this.#log.length) return;
    this.#left.push({ settings: this.settings, log: this.#log, moment: this.head });
    this.#log = log;
    if (isLast) return;
    await this.#execute(this.#cursor);
    this.#frames.length = this.#cursor + 1;
  }

  /** @throws Error if the run comes out otherwise than it was seen. */
  async #execute(moment: number): Promise<void> {
    const run = await Run.begin(this.settings, this.#coreOf);
    let frame = run.frame();
    while (run.moment < moment) {
      await this.#advance(run);
      frame = run.frame();
    }
    if (hashOf(frame) !== hashOf(this.at(moment))) {
      throw new Error(`Moment ${moment} came out otherwise when it was executed again.`);
    }
    this.#run = run;
  }

  async #advance(run: Run): Promise<void> {
    const action = this.#actionAt(run.moment + 1);
    if (action !== undefined) await run.perform(action);
    else await run.step();
  }

  #actionAt(moment: number): Action | undefined {
    return this.#log.find(({ at }) => at === moment)?.action;
  }
}
