/**
 * The messages of the core in the form that the page shows. Only this file and `writes.ts` know the fields
 * of the core's messages and writes.
 */
import type { Ballot, Message } from '@paxkv/paxos';

export type MessageKind = Message<string>['type'];

/** The purpose of a message. Messages of one tone have one colour. */
export type Tone = 'prepare' | 'vote' | 'decision' | 'refusal' | 'leader' | 'reading' | 'recovery';

export interface MessageFacts {
  readonly kind: MessageKind;
  readonly seq: number | undefined;
  readonly ballot: Ballot | undefined;
  /** The value that the message carries: a vote, a proposal or a decision. */
  readonly value: string | undefined;
}

export const tones: Readonly<Record<MessageKind, Tone>> = {
  prepare: 'prepare',
  promised: 'prepare',
  accept: 'vote',
  accepted: 'vote',
  rejected: 'refusal',
  decided: 'decision',
  learn: 'decision',
  learned: 'decision',
  forgotten: 'decision',
  preVote: 'leader',
  preVoteGranted: 'leader',
  prepareLog: 'leader',
  logPromised: 'leader',
  logRejected: 'refusal',
  heartbeat: 'leader',
  heartbeatAck: 'leader',
  transferLeadership: 'leader',
  readIndex: 'reading',
  readIndexReply: 'reading',
  admit: 'recovery',
  admitted: 'recovery',
  staleIncarnation: 'recovery',
};

export function factsOf(message: Message<string>): MessageFacts {
  return {
    kind: message.type,
    seq: 'seq' in message ? message.seq : undefined,
    ballot: 'ballot' in message ? message.ballot : undefined,
    value: toldValue(message),
  };
}

function toldValue(message: Message<string>): string | undefined {
  switch (message.type) {
    case 'accept':
    case 'decided':
      return message.value;
    case 'promised':
      return message.vote?.value;
    case 'learned':
      return message.values[0];
    default:
      return undefined;
  }
}
