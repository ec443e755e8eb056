/** Counts rare events of calls: where they went, and how they ended. */
import type { Message } from '@paxkv/client';
import type { StampJson } from '@paxkv/protocol';
import type { HistoryEvent } from '../../history/event.ts';
import type { Witness } from '../witness.ts';
import type { Counters } from './counters.ts';

export class ClientWatch implements Witness {
  readonly #counters: Counters;
  /** The servers that got the call, by its stamp. */
  readonly #asked = new Map<string, Set<number>>();

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  onAsked(_client: number, node: number, { body }: Message): void {
    const { session }: { session?: StampJson } = body ?? {};
    if (session === undefined) return;
    const stamp = `${session.id}.${session.number}`;
    const nodes = this.#asked.get(stamp) ?? new Set<number>();
    this.#asked.set(stamp, nodes);
    if (nodes.size === 1 && !nodes.has(node))
      this.#counters.add('call that went to several servers');
    nodes.add(node);
  }

  /** An event of the history. */
  onEvent({ type }: HistoryEvent): void {
    if (type === 'info') this.#counters.add('call with an unknown outcome');
    if (type === 'fail') this.#counters.add('call that was certainly not done');
  }
}
