/** Counts of what happened on the network, for tests with a budget and tests that look for faults. */
import { type Envelope, isAnswer, type Message, type PeerId, seqOf } from '@paxkv/paxos';
import type { Fate } from './carrier.ts';

export class MessageCounts {
  readonly #fates = new Map<Fate, number>();
  readonly #delivered = new Map<Message<unknown>['type'], number>();
  readonly #requests = new Map<PeerId, number>();

  count(fate: Fate, envelope: Envelope<unknown>): void {
    increase(this.#fates, fate);
    if (fate !== 'delivered') return;
    increase(this.#delivered, envelope.message.type);
    const { message, to } = envelope;
    const isAboutInstance = seqOf(message) !== undefined;
    if (isAboutInstance && !isAnswer(message)) increase(this.#requests, to);
  }

  fate(fate: Fate): number {
    return this.#fates.get(fate) ?? 0;
  }

  delivered(type: Message<unknown>['type']): number {
    return this.#delivered.get(type) ?? 0;
  }

  /** The number of requests about instances. Heartbeats, for example, are not counted. */
  requests(receiver?: PeerId): number {
    if (receiver !== undefined) return this.#requests.get(receiver) ?? 0;
    return [...this.#requests.values()].reduce((sum, count) => sum + count, 0);
  }
}

function increase<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
