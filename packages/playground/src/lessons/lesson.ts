/** Lessons: a text, where to begin, and steps with goals. Plain data, which the tests play without a page. */
import type { Action } from '../engine/action.ts';
import type { Settings } from '../engine/settings.ts';
import type { Words } from '../text/words.ts';
import type { Condition } from './condition.ts';

export interface Step {
  readonly text: Words;
  /** What the page offers to do, all at once. */
  readonly actions: readonly Action[];
  /** All must hold at the same moment. */
  readonly goal: readonly Condition[];
  /** Not before so much time has passed since the step began; 0 by default. */
  readonly afterMs?: number;
}

export interface Lesson {
  /** Unique, in kebab-case. */
  readonly id: string;
  readonly group: 'lesson' | 'mit';
  readonly title: Words;
  readonly settings: Settings;
  readonly steps: readonly Step[];
}
