/** The status of a server, composed from its settings, its supervisor and its node while that is open. */
import {
  type Check,
  type CurrentStatus,
  KvError,
  type PeerStatus,
  type ScrubStatus,
  type StatusReply,
} from '@paxkv/protocol';
import { addressToText, type Config } from './config/settings.ts';
import { checksOf, type Facts } from './health/checks.ts';
import type { Election } from './health/election-log.ts';
import { withoutFolders } from './health/pathless.ts';
import type { NodeStatus } from './node.ts';
import type { ReplicaScrubStatus } from './replica/index.ts';
import { systemClock } from './system/clock.ts';
import { version } from './system/version.ts';

/** The part of the supervisor that decides the status. */
export interface StatusSource {
  /** Absent while the node is closed. */
  readonly node: { readonly status: NodeStatus } | undefined;
  readonly currentError: Error | undefined;
  readonly failure: Error | undefined;
  readonly isStopping: boolean;
}

/** What the server has observed of itself over time. */
export interface Observed {
  readonly nowMs: number;
  /** Whether a majority was reached when that was last checked, and since when. */
  readonly majority: { readonly passed: boolean; readonly sinceMs: number };
  readonly election: Election | undefined;
}

/** What a server reports about itself at this moment. */
export function statusOf(
  config: Config,
  source: StatusSource,
  { nowMs, majority, election }: Observed,
): CurrentStatus {
  const { nodeId, clusterId } = config;
  const node = source.node?.status;
  const facts = factsOf(source, node, nowMs);
  const { state, reason, lag, levelAgeMs } = facts;
  return {
    node: nodeId,
    cluster: clusterId,
    ...(node?.incarnation !== undefined && { incarnation: node.incarnation }),
    state,
    ...(reason === undefined ? {} : { reason }),
    applied: node?.applied ?? -1,
    min: node?.min ?? 0,
    max: node?.max ?? -1,
    revision: node?.revision ?? 0,
    sessions: node?.sessions ?? 0,
    pending: node?.pending ?? 0,
    leader: node?.leader ?? null,
    ...(node && { peerRefusals: node.peerRefusals }),
    peers: node?.peers.map((peer) => withAddress(peer, config)) ?? [],
    ...(node?.catchUp === undefined ? {} : { catchUp: node.catchUp }),
    ...(node?.scrub === undefined ? {} : { scrub: scrubOf(node.scrub) }),
    checks: checksOf(facts),
    majority: { reached: majority.passed, forMs: wholeMs(nowMs - majority.sinceMs) },
    lag: {
      instances: lag,
      waitingBytes: node?.waitingBytes ?? 0,
      ageMs: levelAgeMs === undefined ? null : wholeMs(levelAgeMs),
    },
    ...(node === undefined
      ? {}
      : { retained: retainedBy(nodeId, node), disk: diskOf(node, facts, nowMs) }),
    ...(election === undefined
      ? {}
      : { election: { leader: election.leader, agoMs: wholeMs(nowMs - election.atMs) } }),
    residentBytes: process.memoryUsage.rss(),
    uptimeMs: Math.round(process.uptime() * 1000),
    version,
    ...(node && { featureLevel: node.featureLevel, featureLevels: node.featureLevels }),
  };
}

function scrubOf({ isRunning, rows, lastPassMs, differsFrom }: ReplicaScrubStatus): ScrubStatus {
  if (lastPassMs === undefined) return { isRunning, rows, differsFrom };
  const agoMs = systemClock.now() - lastPassMs;
  return { isRunning, rows, differsFrom, lastPassAtMs: Math.round(Date.now() - agoMs) };
}

/** What readiness depends on at this moment. */
export function currentChecks(source: StatusSource, nowMs: number): Check[] {
  return checksOf(factsOf(source, source.node?.status, nowMs));
}

function withAddress(peer: PeerStatus, { addresses }: Config): PeerStatus {
  const address = addresses[peer.node];
  return address === undefined ? peer : { ...peer, address: addressToText(address) };
}

/** The error for a request that arrives while the node does not serve: `KV_UNAVAILABLE`, *not done*. */
export function unavailableError(source: StatusSource): KvError {
  const node = source.node?.status;
  const reason = reasonOf(source, node);
  const why = reason === undefined ? '' : `: ${reason}`;
  const message = `This server is ${stateOf(source, node)}${why}`.replace(/\.?$/, '.');
  return new KvError('KV_UNAVAILABLE', message);
}

function factsOf(source: StatusSource, node: NodeStatus | undefined, nowMs: number): Facts {
  const since = (ms: number | undefined) => (ms === undefined ? undefined : nowMs - ms);
  return {
    state: stateOf(source, node),
    reason: reasonOf(source, node),
    peers: node?.peers ?? [],
    quorumAgeMs: since(node?.answeredMs),
    levelAgeMs: since(node?.currentMs),
    lag: node === undefined ? 0 : Math.max(0, node.max - node.applied),
    pendingMs: since(node?.disk.pendingSinceMs) ?? 0,
    writeFailure: node?.disk.failure && withoutFolders(node.disk.failure),
    isFounded: node?.isFounded ?? false,
  };
}

function retainedBy(
  me: number,
  { retained, doneByPeer }: NodeStatus,
): Exclude<StatusReply['retained'], undefined> {
  const own = doneByPeer[me] ?? -1;
  const neededBy = doneByPeer.flatMap((done, node) =>
    done < own ? [{ node, instances: own - done }] : [],
  );
  return { ...retained, neededBy };
}

function diskOf(
  { disk: { lastMs, writeCount, p50Ms, p99Ms } }: NodeStatus,
  { pendingMs }: Facts,
  nowMs: number,
): Exclude<StatusReply['disk'], undefined> {
  return {
    flushes: writeCount,
    p50Ms: toHundredths(p50Ms),
    p99Ms: toHundredths(p99Ms),
    lastAgoMs: wholeMs(nowMs - lastMs),
    pendingMs: wholeMs(pendingMs),
  };
}

function wholeMs(ms: number): number {
  return Math.max(0, Math.round(ms));
}

function toHundredths(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 100) / 100;
}

function stateOf(
  { currentError, failure, isStopping }: StatusSource,
  node: NodeStatus | undefined,
): StatusReply['state'] {
  if (isStopping) return 'stopping';
  if (failure !== undefined) return 'failed';
  if (currentError !== undefined) return 'repairing';
  if (node === undefined || node.state === 'joining') return 'starting';
  return node.state;
}

function reasonOf(
  { currentError, failure }: StatusSource,
  node: NodeStatus | undefined,
): string | undefined {
  const reason = failure?.message ?? currentError?.message ?? node?.reason;
  return reason && withoutFolders(reason);
}
