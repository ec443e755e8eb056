/** The results of the comparison as plain data: `--json` writes them and the tables show them. */
import type { StoreName } from '../stores/store.ts';

/** `perSecond`: more is better. `ms` and `MiB/min`: less is better. */
export type Unit = 'perSecond' | 'ms' | 'MiB/min';

/** The values that one client of a store reached, one per round. */
export interface Figure {
  readonly store: StoreName;
  /** Name of the client. */
  readonly client: string;
  readonly values: readonly number[];
  /**
   * CPU time of each round, for loads only: unlike a rate, it does not depend on other load of the
   * machine.
   */
  readonly cpu?: readonly CpuUs[];
}

/** Microseconds of CPU time per request, summed over all servers and for the one client process. */
export interface CpuUs {
  readonly servers: number;
  readonly client: number;
}

export type Goal =
  /** A bound on the median over the rounds of the ratio of paxkv to the peer. */
  | {
      readonly type: 'ratio';
      readonly peer: StoreName;
      readonly bound: 'at least' | 'at most';
      readonly ratio: number;
    }
  /** A bound on paxkv's own values. */
  | { readonly type: 'limit'; readonly of: 'median' | 'worst'; readonly atMost: number };

export type Verdict = 'holds' | 'missed' | 'not judged';

export interface Judgement {
  readonly goal: Goal;
  /** The value compared with the goal; absent where the goal was not judged. */
  readonly measured?: number;
  readonly verdict: Verdict;
}

export interface RowResult {
  readonly key: string;
  /** Description for people. */
  readonly work: string;
  readonly unit: Unit;
  readonly figures: readonly Figure[];
  readonly judgements: readonly Judgement[];
  /** Errors, absent peers, and anything else that puts the figures in doubt. */
  readonly notes: readonly string[];
  /** The reason why the row could not be measured; absent if it was. */
  readonly failure?: string;
}
