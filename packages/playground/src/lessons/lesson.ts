/** Lessons: a text, a start, and steps with goals. They are plain data, which tests play without a page. */
import type { Action } from '../engine/action.ts';
import type { Settings } from '../engine/settings.ts';
import type { Words } from '../text/words.ts';
import type { Condition } from './condition.ts';

export interface Step {
  readonly text: Words;
  /** The actions that the page offers in this step. They are performed together. */
  readonly actions: readonly Action[];
  /** The conditions of the goal, which must all hold at the same moment. */
  readonly goal: readonly Condition[];
  /** The goal is not reached before this much time has passed since the step began. Default 0. */
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
