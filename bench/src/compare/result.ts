/** What the comparison finds out, as plain data: what `--json` writes and the tables show. */
import type { StoreName } from '../stores/store.ts';

/** `perSecond`: more is better. `ms` and `MiB/min`: less is better. */
export type Unit = 'perSecond' | 'ms' | 'MiB/min';

/** What one client of a store made of the work: a value a round. */
export interface Figure {
  readonly store: StoreName;
  /** The client. */
  readonly way: string;
  readonly values: readonly number[];
  /** Of each round, for loads: unlike a rate, it says the same on a busy machine. */
  readonly cpu?: readonly CpuUs[];
}

/** Microseconds of CPU time for each request, of all servers together and of the one client process. */
export interface CpuUs {
  readonly servers: number;
  readonly client: number;
}

export type Goal =
  /** Of paxkv's value to the peer's, the median of the rounds. */
  | {
      readonly type: 'ratio';
      readonly peer: StoreName;
      readonly bound: 'at least' | 'at most';
      readonly ratio: number;
    }
  /** Of paxkv's own values. */
  | { readonly type: 'limit'; readonly of: 'median' | 'worst'; readonly atMost: number };

export type Verdict = 'holds' | 'missed' | 'not judged';

export interface Judgement {
  readonly goal: Goal;
  /** What is held against the goal; absent where it was not judged. */
  readonly measured?: number;
  readonly verdict: Verdict;
}

export interface RowResult {
  readonly key: string;
  /** In words. */
  readonly work: string;
  readonly unit: Unit;
  readonly figures: readonly Figure[];
  readonly judgements: readonly Judgement[];
  /** Errors, absent peers, and whatever else puts the figures into doubt. */
  readonly notes: readonly string[];
  /** Why it could not be measured, where it could not. */
  readonly failure?: string;
}
