/** The door of the library: six calls over what a host brings. */
export type { Ballot, PeerId } from './core/ballot.ts';
export type { Decision, Memory, Write } from './core/effects.ts';
export type { Status } from './core/instance/learner.ts';
export { type Envelope, isAnswer, type Message, seqOf } from './core/messages/message.ts';
export type { Clock, Inbox, Random, Storage, Transport } from './environment.ts';
export { PaxosError, type PaxosErrorCode } from './errors.ts';
export type { PaxosListener, PaxosOptions } from './options.ts';
export { Paxos } from './paxos.ts';
