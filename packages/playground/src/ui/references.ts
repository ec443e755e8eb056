/** References from the page to the rules in docs/protocol.md and to the sources. */
import type { LampId } from '../engine/judge/lamp.ts';
import type { MessageKind } from '../engine/protocol/messages.ts';

export interface Reference {
  /** A heading of docs/protocol.md. */
  readonly heading: string;
  /** The path of a source in the repository. */
  readonly source: string;
}

const core = 'packages/paxos/src/core';

const agreement: Reference = { heading: 'Agreement', source: `${core}/instance/acceptor.ts` };
const proposing: Reference = { heading: 'Agreement', source: `${core}/instance/proposer.ts` };
const learning: Reference = { heading: 'Learning', source: `${core}/commit/decisions.ts` };
const catchingUp: Reference = { heading: 'Catching up', source: `${core}/commit/catch-up.ts` };
const leading: Reference = { heading: 'Leading', source: `${core}/leader/leader.ts` };
const failOver: Reference = { heading: 'Fail-over', source: `${core}/leader/election.ts` };
const reading: Reference = { heading: 'Reading', source: `${core}/commit/quorum-read.ts` };
const rejoining: Reference = {
  heading: 'Coming back without memory',
  source: `${core}/recovery/rejoin.ts`,
};

export const messageReferences: Readonly<Record<MessageKind, Reference>> = {
  prepare: proposing,
  promised: agreement,
  accept: proposing,
  accepted: agreement,
  rejected: { heading: 'Rejection and backing off', source: `${core}/instance/acceptor.ts` },
  decided: learning,
  learn: catchingUp,
  learned: catchingUp,
  forgotten: { heading: 'Forgetting', source: `${core}/commit/truncation.ts` },
  preVote: failOver,
  preVoteGranted: failOver,
  prepareLog: leading,
  logPromised: leading,
  logRejected: failOver,
  heartbeat: leading,
  heartbeatAck: leading,
  transferLeadership: failOver,
  readIndex: reading,
  readIndexReply: reading,
  admit: rejoining,
  admitted: rejoining,
  staleIncarnation: rejoining,
};

export const peerReference: Reference = { heading: 'Words', source: `${core}/peer.ts` };
export const diskReference: Reference = {
  heading: 'Restart',
  source: 'packages/paxos/src/paxos.ts',
};

export const lampReferences: Readonly<Record<LampId, Reference>> = {
  agreement,
  validity: proposing,
  quorum: { heading: 'Agreement', source: `${core}/quorum.ts` },
  promises: agreement,
  durable: diskReference,
  oneValue: { heading: 'Agreement', source: `${core}/ballot-allocator.ts` },
  highestVote: proposing,
  history: reading,
};

/** All that the page links to. */
export const references: readonly Reference[] = [
  ...Object.values(messageReferences),
  ...Object.values(lampReferences),
  peerReference,
];

/** The link to a rule. The build places these files beside the page as plain text. */
export function ruleLink({ heading }: Reference): string {
  return `docs/protocol.md.txt#:~:text=${encodeURIComponent(`## ${heading}`)}`;
}

export function sourceLink({ source }: Reference): string {
  return `${source}.txt`;
}
