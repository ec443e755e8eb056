/** The messages of a worker: plain data, since they cross from thread to thread. */
import type { SeedResult } from '../run-seed.ts';
import type { Narrowing } from '../schedule/narrow.ts';

export interface Task {
  readonly seed: number;
  readonly narrowing: Narrowing;
}

export type TaskEnd =
  | { readonly name: 'result'; readonly result: SeedResult }
  /** The run itself failed, rather than an invariant. */
  | { readonly name: 'defect'; readonly message: string };
