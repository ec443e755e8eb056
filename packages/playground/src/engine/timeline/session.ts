/**
 * Session: a run that can be viewed at any moment, continued from any moment, and written as a short address.
 * It keeps a frame for each moment, to view it. To continue from an earlier moment it executes the run again
 * up to there, and verifies that the result is the same.
 */
import type { Action, LoggedAction } from '../action.ts';
import type { Settings } from '../settings.ts';
import type { CoreOf } from '../world/core.ts';
import type { Frame } from './frame.ts';
import { Run } from './run.ts';
import { hashOf } from './state-hash.ts';

/** The data that suffices to repeat a run up to a moment. */
export interface Recording {
  readonly settings: Settings;
  readonly log: readonly LoggedAction[];
  readonly moment: number;
}

/** The longest run, in moments. It is bounded because all frames are kept in memory. */
export const momentMax = 20_000;

export class Session {
  readonly settings: Settings;
  readonly #coreOf: CoreOf;
  readonly #frames: Frame[] = [];
  #run: Run;
  /** The actions, by moment. Those after the last frame are not executed yet. */
  #log: readonly LoggedAction[];
  #cursor = 0;
  /** Runs that were abandoned when the visitor continued from an earlier moment. */
  readonly #left: Recording[] = [];

  private constructor(settings: Settings, coreOf: CoreOf, run: Run, log: readonly LoggedAction[]) {
    this.settings = settings;
    this.#coreOf = coreOf;
    this.#run = run;
    this.#log = log;
    this.#frames.push(run.frame());
  }

  /** Opens a new run. The actions of a recording are not executed yet: `stepTo` executes them. */
  static async open(
    settings: Settings,
    coreOf: CoreOf,
    log: readonly LoggedAction[] = [],
  ): Promise<Session> {
    return new Session(settings, coreOf, await Run.begin(settings, coreOf), log);
  }

  /** The frame that is shown. */
  get frame(): Frame {
    return this.at(this.#cursor);
  }

  /** The moment that is shown. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The last moment that was executed. */
  get head(): number {
    return this.#frames.length - 1;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get log(): readonly LoggedAction[] {
    return this.#log;
  }

  /** Abandoned runs, the latest one last. */
  get left(): readonly Recording[] {
    return this.#left;
  }

  /** The recording of the run up to the moment that is shown. */
  get recording(): Recording {
    const log = this.#log.filter(({ at }) => at <= this.#cursor);
    return { settings: this.settings, log, moment: this.#cursor };
  }

  /** The time of the next moment, if there is one. */
  get nextMs(): number | undefined {
    const next = this.#frames[this.#cursor + 1];
    if (next !== undefined) return next.timeMs;
    return this.#actionAt(this.head + 1) ? this.frame.timeMs : this.#run.nextMs;
  }

  /** @throws RangeError for a moment that was not executed yet. */
  at(moment: number): Frame {
    const frame = this.#frames[moment];
    if (frame === undefined) throw new RangeError(`Moment ${moment} was not executed yet.`);
    return frame;
  }

  /** Shows another moment that was executed. */
  seek(moment: number): void {
    this.#cursor = Math.max(0, Math.min(moment, this.head));
  }

  /** Goes to the next moment. Returns whether there is one. */
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

  /** Continues to `moment`, or until no event is left. */
  async stepTo(moment: number): Promise<void> {
    while (this.#cursor < moment && (await this.step()));
  }

  /** Performs an action at the moment that is shown. Later moments are abandoned. */
  async act(action: Action): Promise<void> {
    await this.fork();
    if (this.head >= momentMax) return;
    this.#log = [...this.#log, { at: this.head + 1, action }];
    await this.step();
  }

  /** Abandons all moments after the one that is shown, and all actions that are not executed yet. */
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

  /** @throws Error if the run differs from its first execution. */
  async #execute(moment: number): Promise<void> {
    const run = await Run.begin(this.settings, this.#coreOf);
    let frame = run.frame();
    while (run.moment < moment) {
      await this.#advance(run);
      frame = run.frame();
    }
    if (hashOf(frame) !== hashOf(this.at(moment))) {
      throw new Error(`Moment ${moment} differs from its first execution.`);
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
