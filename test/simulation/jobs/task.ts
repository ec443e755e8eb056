/** What a worker is asked and answers: plain data, since it crosses from thread to thread. */
import type { SeedResult } from '../run-seed.ts';
import type { Narrowing } from '../schedule/narrow.ts';

export interface Task {
  readonly seed: number;
  readonly narrowing: Narrowing;
}

export type TaskEnd =
  | { readonly name: 'result'; readonly result: SeedResult }
  /** The run itself could not go on. */
  | { readonly name: 'defect'; readonly message: string };
