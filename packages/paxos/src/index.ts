/** The entry point of the library: one class, and what a host must implement for it. */
export type { Ballot, PeerId } from './core/ballot.ts';
export type { QuorumRetention, Retained, RetentionPolicy } from './core/commit/retention-policy.ts';
export type { Decision, Memory, Write } from './core/effects.ts';
export type { Status } from './core/instance/learner.ts';
export type { Envelope } from './core/messages/envelope.ts';
export { isAnswer, type Message, seqOf } from './core/messages/message.ts';
export type { MessageLimits } from './core/messages/message-limits.ts';
export type { Clock, Inbox, Random, Storage, Transport } from './environment.ts';
export { PaxosError, type PaxosErrorCode } from './errors.ts';
export type { PaxosListener, PaxosOptions } from './options.ts';
export { Paxos } from './paxos.ts';
