/**
 * Trace session: the moments of a recording, which the page shows like those of a run. It keeps the frames of a bounded
 * number of steps, by default of the last ones; to show others it replays the recording again from the part before.
 */
import { TraceReplay } from '@paxkv/paxos/core';
import type { Frame } from '../engine/timeline/frame.ts';
import type { Timeline } from '../engine/timeline/timeline.ts';
import { RecordingError } from './recording-error.ts';
import { TraceFrames } from './trace-frames.ts';
import { readTraceLines } from './trace-lines.ts';

/** The steps whose frames are kept. */
const stepCountMax = 5000;
/** After so many steps the page gets to do something else. */
const stepsAtOnce = 500;

/** A section of the recording, in steps. */
export interface Section {
  readonly from: number;
  /** Below it. */
  readonly to: number;
}

export class TraceSession implements Timeline {
  readonly name: string;
  readonly stepCount: number;
  /** How many steps a section has, unless the recording has fewer. */
  readonly sectionLength: number;
  readonly #lines: readonly string[];
  #section: Section = { from: 0, to: 0 };
  #frames: readonly Frame[] = [];
  #cursor = 0;
  #firstOther: number | undefined;

  private constructor(name: string, lines: readonly string[], sectionLength: number) {
    this.name = name;
    this.sectionLength = sectionLength;
    this.#lines = lines;
    this.stepCount = lines.filter((line) => !isStart(line)).length;
  }

  /** Opens a file, and shows the start of its last section. Rejects with a RecordingError. */
  static async open(
    name: string,
    bytes: Uint8Array,
    sectionLength = stepCountMax,
  ): Promise<TraceSession> {
    const session = new TraceSession(name, await readTraceLines(bytes), sectionLength);
    await session.showSection(session.stepCount - sectionLength);
    return session;
  }

  get frame(): Frame {
    const frame = this.#frames[this.#cursor];
    if (frame === undefined) throw new RangeError(`There is no moment ${this.#cursor}.`);
    return frame;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get cursor(): number {
    return this.#cursor;
  }

  get head(): number {
    return this.#frames.length - 1;
  }

  get nextMs(): number | undefined {
    return this.#frames[this.#cursor + 1]?.timeMs;
  }

  /** The steps that are shown. */
  get section(): Section {
    return this.#section;
  }

  /** The first step, among those replayed so far, whose effects were not those recorded. */
  get firstOther(): number | undefined {
    return this.#firstOther;
  }

  seek(moment: number): void {
    this.#cursor = Math.max(0, Math.min(moment, this.head));
  }

  async step(): Promise<boolean> {
    if (this.#cursor >= this.head) return false;
    this.#cursor += 1;
    return true;
  }

  /** Shows the section that begins with this step, or the nearest one. Rejects with a RecordingError. */
  async showSection(from: number): Promise<void> {
    const { stepCount, sectionLength } = this;
    const first = Math.max(0, Math.min(from, stepCount - sectionLength));
    const section = { from: first, to: Math.min(stepCount, first + sectionLength) };
    try {
      this.#frames = await this.#replay(section);
    } catch (cause) {
      throw new RecordingError('RECORDING_UNREADABLE', cause);
    }
    this.#section = section;
    this.#cursor = 0;
  }

  async #replay({ from, to }: Section): Promise<Frame[]> {
    const begin = this.#partBefore(from);
    const replay = new TraceReplay(this.#lines.slice(begin.line));
    let { start } = replay;
    let frames = new TraceFrames(start, replay.peer);
    let [offsetMs, timeMs]: [number | undefined, number] = [undefined, 0];
    const made = [frames.first(replay.peer, 0, 0)];
    for (const replayed of replay.steps()) {
      const step = begin.step + replayed.index;
      if (step >= to) break;
      if (!replayed.isSame) this.#firstOther = Math.min(step, this.#firstOther ?? step);
      if (replay.start !== start) {
        ({ start } = replay);
        frames = new TraceFrames(start, replay.peer);
        // Another process has another clock.
        if (start.snapshot === undefined) offsetMs = timeMs + 1 - replayed.step.at;
      }
      offsetMs ??= -replayed.step.at;
      timeMs = Math.max(timeMs, replayed.step.at + offsetMs);
      const moment = Math.max(0, step - from + 1);
      made.push(frames.next(replayed, replay.peer, { moment, timeMs, earlier: made }));
      // The one before the section shows what the section begins with.
      if (step < from) made.splice(0, made.length - 1);
      if (replayed.index % stepsAtOnce === stepsAtOnce - 1) await pause();
    }
    return made;
  }

  /** The last start at or before a step: its line, and the first step after it. */
  #partBefore(from: number): { line: number; step: number } {
    let found = { line: 0, step: 0 };
    let step = 0;
    for (const [line, text] of this.#lines.entries()) {
      if (step > from) break;
      if (isStart(text)) found = { line, step };
      else step += 1;
    }
    return found;
  }
}

function isStart(line: string): boolean {
  return line.startsWith('{"trace":');
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
