/** One run: a cluster, the faults injected into it, and the share of its traffic that must continue. */
import type { RigName } from '../disk/rig.ts';
import type { Nemesis } from '../nemesis/nemesis.ts';

/** The subject of a run; runs can be selected by it. */
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
  'absence',
  'remade',
] as const;

export type RunKind = (typeof runKinds)[number];

export interface RunPlan {
  readonly kind: RunKind;
  /** Description for people. */
  readonly title: string;
  readonly nodeCount: number;
  readonly rig: RigName;
  /** Injected one after another, with a healthy period after each. */
  readonly strikes: readonly Nemesis[];
  /** The required throughput of the whole run, as a share of the throughput before the first fault. */
  readonly rateShareMin: number;
  /**
   * More nodes may be harmed than can be repaired: then the nodes must report it, and answer nothing
   * wrong.
   */
  readonly mayStop?: boolean;
  /** Settings of every node, as environment variables of the command. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunReport {
  readonly plan: RunPlan;
  readonly durationMs: number;
  readonly callCount: number;
  readonly ackCount: number;
  /** Acknowledged writes per second: before the first fault, and from there to the end. */
  readonly rateBefore: number;
  readonly rateDuring: number;
  /** Time from the end of each fault until every node had acknowledged a write. */
  readonly recoveriesMs: readonly number[];
  /** The longest time without an acknowledged write, from each fault to its recovery. */
  readonly silencesMs: readonly number[];
  /** The injected faults, one line each. */
  readonly strikes: readonly string[];
  /** How many target selections took the leader. */
  readonly leaderCount: number;
  /** The findings; empty if the run passed. */
  readonly findings: readonly string[];
  /** Path of the history, if the run failed or it was requested; the servers' log is next to it. */
  readonly historyFile?: string;
}
