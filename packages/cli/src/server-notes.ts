/** What the table of a cluster's status cannot show: lines about single servers, for people. */

import type { KvError } from '@paxkv/client';
import { durationText, failedCheck, type StatusReply } from '@paxkv/protocol';

/** A node that lacks fewer instances than this is not worth a line while it answers. */
const lackingMin = 1000;

/** A server's answer to a request for its status. */
export type ServerAnswer =
  | { readonly endpoint: string; readonly status: StatusReply; readonly error?: undefined }
  | { readonly endpoint: string; readonly status?: undefined; readonly error: KvError };

/** Why the server is not ready; `undefined` if it is. */
export function whyNotReady(server: ServerAnswer): string | undefined {
  if (server.status === undefined) return reasonOf(server.error, server.endpoint);
  const { state, reason, checks } = server.status;
  // A server of an earlier version has no checks.
  if (checks !== undefined) return failedCheck(checks)?.detail;
  if (state === 'running') return undefined;
  return reason === undefined ? state : `${state}: ${reason}`;
}

/**
 * One line for each server that is not ready, that takes something from another one, or whose state differs from
 * another's, and for each node that lacks much of the log.
 */
export function toNotes(servers: readonly ServerAnswer[]): string[] {
  const statuses = servers.flatMap(({ status }) => status ?? []);
  return [
    ...servers.flatMap(toReadinessNote),
    ...statuses.flatMap(toCatchUpNote),
    ...toLogNotes(servers),
    ...statuses.flatMap(toScrubNote),
    ...toLevelNotes(statuses),
  ];
}

function toCatchUpNote({ node, catchUp }: StatusReply): string[] {
  if (catchUp === undefined) return [];
  const { tier, from, received, total } = catchUp;
  const what = tier === 'log' ? 'instances of the log' : 'rows of the state';
  const share = total === undefined ? `${received}` : `${received} of ${total}`;
  return [`node ${node} catches up: ${share} ${what} from node ${from}`];
}

function toScrubNote({ node, scrub }: StatusReply): string[] {
  return (scrub?.differsFrom ?? []).map(
    (other) => `node ${node} has another state than node ${other} at the same instance`,
  );
}

/** Only a cluster whose level could be higher needs a line. It names the nodes because of which it is not. */
function toLevelNotes(statuses: readonly StatusReply[]): string[] {
  const ranges = statuses.flatMap(({ node, featureLevels }) =>
    featureLevels === undefined ? [] : [{ node, ...featureLevels }],
  );
  const level = Math.max(-1, ...statuses.flatMap(({ featureLevel }) => featureLevel ?? []));
  const highest = Math.max(-1, ...ranges.map((range) => range.highest));
  if (level < 0 || highest <= level) return [];
  const known = new Set(ranges.map(({ node }) => node));
  const all = new Set(
    statuses.flatMap(({ node, peers }) => [node, ...peers.map((peer) => peer.node)]),
  );
  const low = ranges.filter((range) => (range.raiseMax ?? range.highest) <= level);
  const holders = [...low.map(({ node }) => node), ...[...all].filter((node) => !known.has(node))];
  const names = holders.sort((a, b) => a - b).map((node) => `node ${node}`);
  const why = names.length === 0 ? '' : `, held back by ${names.join(', ')}`;
  return [`the cluster runs at feature level ${level} of ${highest}${why}`];
}

function toReadinessNote(server: ServerAnswer): string[] {
  const why = whyNotReady(server);
  if (why === undefined) return [];
  if (server.status !== undefined) return [`node ${server.status.node} is not ready: ${why}`];
  return [`${addressOf(server.endpoint)} does not answer: ${why} (${server.error.code})`];
}

/** The other servers keep the log for a node that lacks a part of it, within their bounds. */
function toLogNotes(servers: readonly ServerAnswer[]): string[] {
  const statuses = servers.flatMap(({ status }) => status ?? []);
  const answering = new Set(statuses.map(({ node }) => node));
  const lacking = new Map<number, number>();
  for (const { node, instances } of statuses.flatMap(({ retained }) => retained?.neededBy ?? [])) {
    lacking.set(node, Math.max(instances, lacking.get(node) ?? 0));
  }
  return [...lacking]
    .filter(([node, instances]) => instances >= lackingMin || !answering.has(node))
    .sort(([a], [b]) => a - b)
    .map(([node, instances]) => `node ${node} lacks ${instances} instances, which the others keep`);
}

/** The cause describes the failed attempt; the message itself only repeats the call. */
function reasonOf({ message, cause }: KvError, endpoint: string): string {
  const reason = cause instanceof Error ? cause.message : message;
  if (!reason.startsWith(endpoint)) return reason;
  return reason.slice(endpoint.length).replace(/^:? /, '');
}

/** `http://127.0.0.1:4401` as `127.0.0.1:4401`. */
export function addressOf(endpoint: string): string {
  return endpoint.replace(/^http:\/\//, '');
}

/** For how long something has been so, for the end of a line; nothing if it is not known. */
export function forText(ms: number | undefined): string {
  return ms === undefined ? '' : ` for ${durationText(ms)}`;
}
