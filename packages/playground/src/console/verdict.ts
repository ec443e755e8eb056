/** The verdict: what a status and its history say about the health of the cluster, worst first. */
import type { History } from './history.ts';
import type { CatchUpView, ServerState, StatusView } from './status-view.ts';

/**
 * `good`: nothing to do. `warning`: the cluster serves, but look at it. `bad`: requests wait or fail, or data is
 * damaged.
 */
export type Severity = 'good' | 'warning' | 'bad';

export type Finding =
  | { readonly type: 'silent'; readonly seconds: number }
  | {
      readonly type: 'notServing';
      readonly state: Exclude<ServerState, 'running'>;
      readonly reason: string | undefined;
    }
  | { readonly type: 'noMajority'; readonly reached: number; readonly needed: number }
  | { readonly type: 'notReady'; readonly detail: string }
  | { readonly type: 'noLeader' }
  | { readonly type: 'differs'; readonly nodes: readonly number[] }
  | { readonly type: 'catchingUp'; readonly catchUp: CatchUpView }
  | { readonly type: 'slowDisk'; readonly ms: number }
  | { readonly type: 'lost'; readonly node: number; readonly reason: string | undefined }
  | { readonly type: 'unstable'; readonly count: number }
  | { readonly type: 'behind'; readonly count: number }
  | { readonly type: 'retaining'; readonly count: number }
  | { readonly type: 'busy'; readonly pending: number }
  | {
      readonly type: 'serves';
      readonly leader: number;
      readonly reached: number;
      readonly nodeCount: number;
      /** How many more servers may be lost. */
      readonly spare: number;
    };

export interface Verdict {
  readonly severity: Severity;
  readonly findings: readonly (Finding & { readonly severity: Severity })[];
}

const severities: Readonly<Record<Finding['type'], Severity>> = {
  silent: 'bad',
  notServing: 'bad',
  noMajority: 'bad',
  notReady: 'warning',
  noLeader: 'warning',
  differs: 'bad',
  catchingUp: 'warning',
  slowDisk: 'warning',
  lost: 'warning',
  unstable: 'warning',
  behind: 'warning',
  retaining: 'warning',
  busy: 'warning',
  serves: 'good',
};

/** The leader is unstable if it changed this often within this time. */
const leaderChangeCountMax = 3;
const leaderChangeMs = 60_000;
/** A server that has so many instances to apply for some seconds is behind. */
const lagMax = 100;
const lagSampleCount = 3;
/** A log of so many instances is worth a word if a server is lost: it may grow until that server is back. */
const retainedMax = 10_000;
/** Half of the requests that a server takes by default. */
const pendingMax = 5000;
/** A put waits for a flush of a majority; the 99th percentile above this is slow. */
const diskMsMax = 200;

export interface Evidence {
  /** The latest status; `undefined` before the first. */
  readonly status: StatusView | undefined;
  readonly history: History;
  readonly nowMs: number;
  /** Since when the server has not answered; `undefined` if the latest request was answered. */
  readonly silentSinceMs: number | undefined;
}

/** `undefined` as long as nothing is known. */
export function verdictOf(evidence: Evidence): Verdict | undefined {
  const { status, nowMs, silentSinceMs } = evidence;
  if (silentSinceMs !== undefined) {
    const seconds = Math.round((nowMs - silentSinceMs) / 1000);
    return toVerdict([{ type: 'silent', seconds }]);
  }
  if (status === undefined) return undefined;
  return toVerdict([
    ...serving(status),
    ...status.failedChecks.map((detail) => ({ type: 'notReady', detail }) as const),
    ...losses(status),
    ...progress(status),
    ...leadership(evidence),
    ...load(evidence, status),
  ]);
}

function toVerdict(found: readonly Finding[]): Verdict {
  const ranks: readonly Severity[] = ['bad', 'warning', 'good'];
  const findings = found
    .map((finding) => ({ ...finding, severity: severities[finding.type] }))
    .sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
  return { severity: findings[0]?.severity ?? 'good', findings };
}

function serving(status: StatusView): Finding[] {
  const { state, reason, leader, nodeCount, reachedCount: reached } = status;
  if (state !== 'running') return [{ type: 'notServing', state, reason }];
  const needed = Math.floor(nodeCount / 2) + 1;
  if (!status.hasMajority) return [{ type: 'noMajority', reached, needed }];
  if (leader === undefined) return [{ type: 'noLeader' }];
  return [{ type: 'serves', leader, reached, nodeCount, spare: reached - needed }];
}

function losses({ members }: StatusView): Finding[] {
  return members
    .filter(({ isConnected }) => !isConnected)
    .map(({ node, reason }) => ({ type: 'lost', node, reason }));
}

function progress({ catchUp, differsFrom: nodes }: StatusView): Finding[] {
  return [
    ...(nodes.length > 0 ? [{ type: 'differs', nodes } as const] : []),
    ...(catchUp === undefined ? [] : [{ type: 'catchingUp', catchUp } as const]),
  ];
}

function leadership({ history, nowMs }: Evidence): Finding[] {
  const count = history.leaderChanges.filter(
    ({ atMs, after }) => after !== undefined && nowMs - atMs <= leaderChangeMs,
  ).length;
  return count >= leaderChangeCountMax ? [{ type: 'unstable', count }] : [];
}

function load({ history }: Evidence, status: StatusView): Finding[] {
  const { lag, retained, pending, reachedCount, nodeCount, disk } = status;
  const diskMs = Math.max(disk.p99Ms ?? 0, disk.pendingMs);
  const lags = history.samples.slice(-lagSampleCount).map((sample) => sample.lag);
  const isBehind = lags.length === lagSampleCount && Math.min(...lags) > lagMax;
  const isRetaining = reachedCount < nodeCount && retained > retainedMax;
  return [
    ...(isBehind ? [{ type: 'behind', count: lag } as const] : []),
    ...(isRetaining ? [{ type: 'retaining', count: retained } as const] : []),
    ...(diskMs > diskMsMax ? [{ type: 'slowDisk', ms: diskMs } as const] : []),
    ...(pending > pendingMax ? [{ type: 'busy', pending } as const] : []),
  ];
}
