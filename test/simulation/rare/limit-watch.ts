/** Counts limits that a run reached: full messages, refused requests, sessions that were evicted. */
import type { Answer, Message } from '@paxkv/client';
import type { Envelope, MessageLimits } from '@paxkv/paxos';
import type { ErrorReply } from '@paxkv/protocol';
import type { Bytes, Witness } from '../witness.ts';
import type { Counters } from './counters.ts';

export class LimitWatch implements Witness {
  readonly #counters: Counters;
  readonly #messages: readonly Partial<MessageLimits>[];

  /** `messages`: the limits of each server that are not the default. */
  constructor(messages: readonly Partial<MessageLimits>[], counters: Counters) {
    this.#messages = messages;
    this.#counters = counters;
  }

  onSent({ from, message }: Envelope<Bytes>): void {
    const { voteCountMax, outcomeCountMax } = this.#messages[from] ?? {};
    if (message.type === 'logPromised' && message.votes.length === voteCountMax) {
      this.#counters.add('log promise with as many votes as it may tell');
    }
    if (message.type === 'accept' && message.decided?.length === outcomeCountMax) {
      if (outcomeCountMax !== undefined)
        this.#counters.add('accept with as many notices as it may carry');
    }
  }

  onAnswered(_node: number, _message: Message, { body }: Answer): void {
    const { error } = body as Partial<ErrorReply>;
    if (error?.code === 'KV_OVERLOADED') this.#counters.add('request refused by a full server');
    if (error?.code === 'KV_SESSION_EXPIRED') this.#counters.add('session that was evicted');
  }
}
