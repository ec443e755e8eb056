/**
 * What readiness depends on: the server runs, a quorum answers it, its state is up to date, and its disk takes
 * writes. Probes and tools that restart servers one after another rely on it, so no check passes without evidence.
 */
import { type Check, durationText, type PeerStatus, type StatusReply } from '@paxkv/protocol';

/** A quorum must have answered a question that was asked at most this long ago. */
export const quorumMsMax = 1000;
/**
 * The state must have everything that was acknowledged longer ago than this. A bound in time holds for small and
 * large instances alike, while a number of instances would be passed at once under load.
 */
export const levelMsMax = 2000;
/** No write to the disk may take longer. */
export const diskMsMax = 2000;

/** What is known of a server at one moment. */
export interface Facts {
  readonly state: StatusReply['state'];
  /** Why it does not serve, if known. */
  readonly reason: string | undefined;
  readonly peers: readonly PeerStatus[];
  /** Milliseconds since the last question that a quorum has answered. Absent: none has. */
  readonly quorumAgeMs: number | undefined;
  /** The state has everything acknowledged longer ago than this. Absent: not known. */
  readonly levelAgeMs: number | undefined;
  /** Instances known to exist and not applied. */
  readonly lag: number;
  /** How long the oldest flush under way has taken; 0 if none is. */
  readonly pendingMs: number;
  /** Why the last write failed, if it did. */
  readonly writeFailure: string | undefined;
  /** Whether the cluster has an incarnation, or needs none at its feature level. */
  readonly isFounded: boolean;
}

/** All checks of a server; those that are required come first, in the order of their weight. */
export function checksOf(facts: Facts): Check[] {
  return [
    stateCheck(facts),
    quorumCheck(facts),
    levelCheck(facts),
    diskCheck(facts),
    ...facts.peers.map(peerCheck),
  ];
}

function stateCheck({ state, reason, peers, isFounded }: Facts): Check {
  // A server that waits for others may wait for ever if they cannot be reached.
  const isWaiting = state === 'starting' || state === 'repairing';
  const why = reason === undefined ? '' : `: ${reason}`;
  const detail = `${state}${why}${isWaiting ? unreachableText(peers) : ''}`;
  if (state === 'running' && !isFounded) {
    const unfounded = `the cluster has no incarnation yet${unreachableText(peers)}`;
    return { name: 'state', passed: false, required: true, detail: unfounded };
  }
  return { name: 'state', passed: state === 'running', required: true, detail };
}

function quorumCheck({ quorumAgeMs, peers }: Facts): Check {
  const passed = isWithin(quorumAgeMs, quorumMsMax);
  const since = quorumAgeMs === undefined ? 'since the start' : `for ${durationText(quorumAgeMs)}`;
  const detail = passed
    ? 'a quorum answers'
    : `no quorum has answered ${since}${unreachableText(peers)}`;
  return timed('quorum', passed, { detail, value: quorumAgeMs, limit: quorumMsMax });
}

function levelCheck({ levelAgeMs, lag }: Facts): Check {
  const passed = isWithin(levelAgeMs, levelMsMax);
  const behind = `${lag} instances are known and not applied`;
  const detail = passed
    ? `up to date: ${behind}`
    : levelAgeMs === undefined
      ? 'no quorum has confirmed yet that the state is up to date'
      : `the state may be ${durationText(levelAgeMs)} old: ${behind}`;
  return timed('level', passed, { detail, value: levelAgeMs, limit: levelMsMax });
}

function diskCheck({ pendingMs, writeFailure }: Facts): Check {
  const passed = pendingMs <= diskMsMax && writeFailure === undefined;
  const detail =
    writeFailure !== undefined
      ? `the last write failed: ${writeFailure}`
      : passed
        ? 'the disk takes writes'
        : `the disk has not finished a write for ${durationText(pendingMs)}`;
  return timed('disk', passed, { detail, value: pendingMs, limit: diskMsMax });
}

function peerCheck({ node, connected, reason }: PeerStatus): Check {
  const detail = connected ? 'connected' : (reason ?? 'not connected');
  return { name: `peer ${node}`, passed: connected, required: false, detail };
}

/** Names the nodes without a connection: a majority that is connected may still be silent. */
function unreachableText(peers: readonly PeerStatus[]): string {
  const away = peers.filter(({ connected }) => !connected);
  if (away.length === 0) return '';
  const each = away.map(({ node, reason = 'not connected' }) => `node ${node}: ${reason}`);
  return ` (${each.join('; ')})`;
}

function isWithin(ageMs: number | undefined, limitMs: number): boolean {
  return ageMs !== undefined && ageMs <= limitMs;
}

function timed(
  name: string,
  passed: boolean,
  { detail, value, limit }: { detail: string; value: number | undefined; limit: number },
): Check {
  const measured = value === undefined ? {} : { value: Math.round(value) };
  return { name, passed, required: true, detail, ...measured, limit };
}
