/** References from the page to the rules in docs/protocol.md and to the sources. */
import type { LampId } from '../engine/judge/lamp.ts';
import type { MessageKind } from '../engine/protocol/messages.ts';

export interface Reference {
  /** A heading of docs/protocol.md. */
  readonly heading: string;
  /** The path of a source in the repository. */
  readonly source: string;
  /** How the declaration begins that the link leads to. It stands once in the source. */
  readonly declaration: string;
}

const core = 'packages/paxos/src/core';

function at(heading: string, file: string, declaration: string): Reference {
  return { heading, source: `${core}/${file}.ts`, declaration };
}

const voting = at('Agreement', 'instance/acceptor', 'onAccept({ seq, ballot, value }');
const choosing = at('Agreement', 'instance/proposer', 'onPromised(from: PeerId');
const rejecting = at(
  'Rejection and backing off',
  'instance/acceptor',
  'rejection(seq: number, ballot',
);
const rejoining = 'Coming back without memory';

export const messageReferences: Readonly<Record<MessageKind, Reference>> = {
  prepare: at('Agreement', 'instance/proposer', 'propose({ seq, value }'),
  promised: at('Agreement', 'instance/acceptor', 'onPrepare({ seq, ballot }'),
  accept: choosing,
  accepted: voting,
  rejected: rejecting,
  decided: at('Learning', 'commit/decisions', 'onDecided(from: PeerId'),
  learn: at('Catching up', 'commit/catch-up', 'onKnownUpTo(from: PeerId'),
  learned: at('Catching up', 'commit/catch-up', 'onLearned(from: PeerId'),
  forgotten: at('Forgetting', 'instance/agreement', 'onRequest(from: PeerId, request'),
  preVote: at('Fail-over', 'leader/election', 'onPreVote(from: PeerId'),
  preVoteGranted: at('Fail-over', 'leader/leader', 'onPreVoteGranted(from: PeerId'),
  prepareLog: at('Leading', 'leader/leader', 'becomeCandidate(step: Step'),
  logPromised: at('Leading', 'instance/acceptor', 'onPrepareLog('),
  logRejected: at('Fail-over', 'leader/leader', 'onHigherBallot(promised'),
  heartbeat: at('Leading', 'leader/leader', 'heartbeat(role: LeaderRole'),
  heartbeatAck: at('Leading', 'leader/leader', 'onAnswer(from: PeerId'),
  transferLeadership: at('Fail-over', 'leader/leader', 'stepDown(): {'),
  readIndex: at('Reading', 'commit/quorum-read', 'onReadIndex<V>(from'),
  readIndexReply: at('Reading', 'commit/quorum-read', 'onReadIndexReply<V>(from'),
  admit: at(rejoining, 'recovery/rejoin', 'ask<V>(step'),
  admitted: at(rejoining, 'recovery/rejoin', 'findVotingFloor(): number'),
  staleIncarnation: at(rejoining, 'recovery/rejoin', 'onStaleIncarnation<V>('),
};

export const peerReference: Reference = at('Words', 'peer', 'step(event: PeerEvent');
export const diskReference: Reference = {
  heading: 'Restart',
  source: 'packages/paxos/src/effect-loop.ts',
  declaration: 'writeAll(): Promise',
};

export const lampReferences: Readonly<Record<LampId, Reference>> = {
  agreement: voting,
  validity: choosing,
  quorum: at('Agreement', 'quorum', 'function quorumSize'),
  promises: rejecting,
  durable: diskReference,
  oneValue: at('Agreement', 'ballot-allocator', 'ballotAbove<V>('),
  highestVote: choosing,
  history: at('Reading', 'commit/quorum-read', 'conclude<V>('),
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

export function sourceCopy({ source }: Reference): string {
  return `${source}.txt`;
}

/** Leads to the very line: plain text has no anchors, but browsers find a text. */
export function sourceLink(reference: Reference): string {
  return `${sourceCopy(reference)}#:~:text=${encodeURIComponent(reference.declaration)}`;
}
