/** One run: a cluster, the harm that comes to it, and how much of its traffic must go on. */
import type { RigName } from '../disk/rig.ts';
import type { Nemesis } from '../nemesis/nemesis.ts';

/** What a run is about, to choose by. */
export const runKinds = [
  'kill',
  'pause',
  'partition',
  'half-open',
  'slow',
  'power',
  'crash-point',
  'io-error',
  'disk-full',
  'damage',
  'wipe',
  'soak',
] as const;

export type RunKind = (typeof runKinds)[number];

export interface RunPlan {
  readonly kind: RunKind;
  /** For people. */
  readonly title: string;
  readonly nodeCount: number;
  readonly rig: RigName;
  /** One after another, with a time of peace after each. */
  readonly strikes: readonly Nemesis[];
  /** The least that the whole run must do, as a share of what the cluster did before the first strike. */
  readonly rateShareMin: number;
  /** More may be harmed than can be repaired: then the nodes must say so, and answer nothing wrong. */
  readonly mayStop?: boolean;
}

export interface RunReport {
  readonly plan: RunPlan;
  readonly durationMs: number;
  readonly callCount: number;
  readonly ackCount: number;
  /** Acknowledged writes a second: before the first strike, and from there to the end. */
  readonly rateBefore: number;
  readonly rateDuring: number;
  /** From the end of each strike until every node had acknowledged a write. */
  readonly recoveriesMs: readonly number[];
  /** The longest time without an acknowledged write, from each strike to its recovery. */
  readonly silencesMs: readonly number[];
  /** What was done, one line for each strike. */
  readonly strikes: readonly string[];
  /** Draws of nodes to be harmed that took the leader. */
  readonly leaderCount: number;
  /** What is wrong; nothing if the run passed. */
  readonly findings: readonly string[];
  /** Of a run that failed, or where it was asked for; the servers' log is beside it. */
  readonly historyFile?: string;
}
