/** Model of the page: the run or the recording, how it is shown, and the visitor's commands. Views render it. */
import type { Action } from '../engine/action.ts';
import type { Settings } from '../engine/settings.ts';
import { addressOf, recordingAt } from '../engine/timeline/address.ts';
import { type Recording, Session } from '../engine/timeline/session.ts';
import type { Timeline } from '../engine/timeline/timeline.ts';
import { lessons } from '../lessons/lessons.ts';
import { Progress } from '../lessons/progress.ts';
import { attacks } from '../mutants/attacks.ts';
import type { MutantCore } from '../mutants/cores.ts';
import type { TraceSession } from '../recording/trace-session.ts';
import type { Language } from '../text/words.ts';
import { coresOf, type ModelOptions, type Surroundings } from './model-options.ts';
import { Player, type Speed } from './player.ts';
import { RecordingSlot } from './recording-slot.ts';
import { RobotRunner } from './robot-runner.ts';
import type { Selection } from './selection.ts';

export type Tab = 'lessons' | 'faults' | 'breakIt';

/** The longest time that one frame of the page counts for. */
const pageMsMax = 100;
/** While a run plays, everything but the stage is redrawn at this interval. */
const redrawMs = 120;

export class Model {
  readonly mutants: readonly MutantCore[];
  readonly player = new Player();
  readonly recordingSlot = new RecordingSlot();
  readonly robot: RobotRunner;
  readonly #surroundings: Surroundings;
  readonly #listeners = new Set<() => void>();
  #session: Session;
  #progress: Progress | undefined;
  #language: Language;
  #selection: Selection = { type: 'none' };
  #tab: Tab = 'lessons';
  #isPlaying = false;
  #isQuiet = false;
  #version = 0;
  #drawnMs = 0;
  #work: Promise<void> = Promise.resolve();

  private constructor(session: Session, { mutants, language, surroundings }: ModelOptions) {
    this.#session = session;
    this.mutants = mutants;
    this.#language = language;
    this.#surroundings = surroundings;
    this.robot = new RobotRunner(() => this.#changed());
    this.player.reset(session);
  }

  /** Opens the run that the address contains. */
  static async open(address: string, options: ModelOptions): Promise<Model> {
    const { settings, log, moment } = recordingAt(address);
    const isKnown = options.mutants.some(({ id }) => id === settings.mutant);
    const known = isKnown ? settings : { ...settings, mutant: undefined };
    const session = await Session.open(known, coresOf(options.mutants), log);
    await session.stepTo(moment);
    return new Model(session, options);
  }

  /** The run. It stays while a recording is shown. */
  get session(): Session {
    return this.#session;
  }

  get recording(): TraceSession | undefined {
    return this.recordingSlot.shown;
  }

  /** What is shown: the recording or the run. */
  get timeline(): Timeline {
    return this.recording ?? this.#session;
  }

  get progress(): Progress | undefined {
    return this.#progress;
  }

  get language(): Language {
    return this.#language;
  }

  get selection(): Selection {
    return this.#selection;
  }

  get tab(): Tab {
    return this.#tab;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  /** Whether no event is left. */
  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  /** What the visitor sees the page on. */
  get screen(): Pick<Surroundings, 'isStill' | 'isNarrow'> {
    return this.#surroundings;
  }

  /** Rises whenever more than the stage and the time must be redrawn. */
  get version(): number {
    return this.#version;
  }

  get address(): string {
    return `${addressOf(this.#session.recording)}&lang=${this.#language}`;
  }

  /** Resolves when all commands so far are done. */
  get idle(): Promise<void> {
    return this.#work;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setLanguage(language: Language): void {
    this.#language = language;
    this.#changed();
  }

  setTab(tab: Tab): void {
    this.#tab = tab;
    this.#changed();
  }

  setSpeed(speed: Speed): void {
    this.player.speed = speed;
    this.#changed();
  }

  select(selection: Selection): void {
    this.#selection = selection;
    this.#changed();
  }

  /** Opens, moves or closes the recording of a server. */
  withRecording(task: (slot: RecordingSlot) => Promise<void> | void): void {
    this.pause();
    this.#do(async () => {
      await task(this.recordingSlot);
      this.#selection = { type: 'none' };
    });
  }

  begin(settings: Settings): void {
    this.show({ settings, log: [], moment: 0 });
  }

  show(recording: Recording): void {
    this.#progress = undefined;
    this.#do(() => this.#open(recording));
  }

  /** Opens the run of a recorded attack, and plays it. */
  showAttack(mutant: string): void {
    const attack = attacks.find((each) => each.mutant === mutant);
    if (attack === undefined) return;
    const { settings, log } = recordingAt(attack.address);
    this.show({ settings: { ...settings, mutant }, log, moment: 0 });
    this.play();
  }

  beginLesson(id: string): void {
    const lesson = lessons.find((each) => each.id === id);
    if (lesson === undefined) return;
    this.#tab = 'lessons';
    this.#do(async () => {
      await this.#open({ settings: lesson.settings, log: [], moment: 0 });
      this.#progress = new Progress(lesson, this.#session);
    });
  }

  leaveLesson(): void {
    this.#progress = undefined;
    this.#changed();
  }

  /** Performs the actions of the lesson's step, and plays. */
  doStep(): void {
    this.#do(async () => {
      this.#session.seek(this.#session.head);
      await this.#progress?.act();
      this.#progress?.look();
    });
    this.play();
  }

  /** Performs an action in the run. In a recording nothing can be changed. */
  act(action: Action): void {
    if (this.recording !== undefined) return;
    this.#do(async () => {
      await this.#session.act(action);
      this.#progress?.look();
    });
  }

  step(): void {
    this.pause();
    this.#do(async () => {
      this.#isQuiet = !(await this.timeline.step());
      this.#progress?.look();
    });
  }

  back(): void {
    this.pause();
    this.#do(async () => this.timeline.seek(this.timeline.cursor - 1));
  }

  seek(moment: number): void {
    this.pause();
    this.#do(async () => this.timeline.seek(moment));
  }

  play(): void {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    this.#isQuiet = false;
    this.#loop(this.#surroundings.now());
    this.#changed();
  }

  pause(): void {
    this.#isPlaying = false;
    this.#changed();
  }

  startRobot(): void {
    this.pause();
    const { settings } = this.#session;
    const core = coresOf(this.mutants)(settings.mutant);
    void this.robot.start(settings, core, () => this.#surroundings.now());
  }

  async #open({ settings, log, moment }: Recording): Promise<void> {
    this.#session = await Session.open(settings, coresOf(this.mutants), log);
    await this.#session.stepTo(moment);
    this.recordingSlot.close();
    this.#selection = { type: 'none' };
  }

  #loop(beforeMs: number): void {
    this.#surroundings.nextFrame((nowMs) => {
      if (!this.#isPlaying) return;
      const pageMs = Math.min(pageMsMax, Math.max(0, nowMs - beforeMs));
      this.#work = this.#work.then(async () => {
        if (this.#isPlaying) await this.#advance(pageMs);
        this.#loop(nowMs);
      });
    });
  }

  async #advance(pageMs: number): Promise<void> {
    const { timeline } = this;
    const brokenBefore = timeline.frame.violations.length;
    const advance = await this.player.advance(timeline, pageMs, () => {
      const isReached = this.#progress?.look() ?? false;
      return !isReached && timeline.frame.violations.length === brokenBefore;
    });
    if (advance !== 'goes on') this.#isPlaying = false;
    this.#isQuiet = advance === 'quiet';
    if (!this.#isPlaying) this.#surroundings.setAddress(this.address);
    const isDue = this.#surroundings.now() - this.#drawnMs >= redrawMs;
    if (isDue || !this.#isPlaying) this.#changed();
    else this.#tell();
  }

  /** Runs tasks one after the other, since nothing may change a run while it is advancing. */
  #do(task: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      this.#isQuiet = false;
      await task();
      this.player.reset(this.timeline);
      this.#surroundings.setAddress(this.address);
      this.#changed();
    });
  }

  #changed(): void {
    this.#version += 1;
    this.#drawnMs = this.#surroundings.now();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
