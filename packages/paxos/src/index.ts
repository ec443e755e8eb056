export type { PeerId } from './core/ballot.ts';
export type { Decision, Write } from './core/effects.ts';
export { type Envelope, isAnswer, type Message } from './core/messages.ts';
export type { Clock, Inbox, Random, Storage, Transport } from './environment.ts';
export { PaxosError, type PaxosErrorCode } from './errors.ts';
