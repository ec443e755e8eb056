/**
 * FairQueue: items of many clients, served in turns by their cost, so that a client with thousands of items delays
 * that of another by a few at most. First the principals take turns, then the clients of each ("surplus round
 * robin", a form of deficit round robin in which the cost may become known when the item is served).
 */
import { Ring } from '@paxkv/client/ring';
import type { Client } from './client.ts';

/** What a client may use in one turn. What its last item cost beyond that is taken from its next turns. */
const quantum = 4096;
/** Below so many clients the queue does not look for those whose items were all removed. */
const sweptCountMin = 64;

/**
 * What became of an item that was offered. A number: it leaves the queue, and cost so much. `kept`: it stays, and
 * later items of its client are offered. `blocked`: it stays, and nothing more of its client is offered now.
 * `enough`: it stays, and nothing more of anyone is offered now.
 */
export type Verdict = number | 'kept' | 'blocked' | 'enough';

interface Lane<T> {
  readonly client: Client;
  readonly items: Ring<T>;
  /** What the client may still use in this turn; negative if it has used more. */
  credit: number;
}

/** The lanes of one principal, in the order of their turns. */
interface Group<T> {
  readonly principal: string;
  lanes: Lane<T>[];
}

/** Where an item is, to remove it. */
export interface Place {
  readonly items: Pick<Ring<unknown>, 'delete'>;
  readonly position: number;
}

export class FairQueue<T> {
  readonly #lanes = new Map<Client, Lane<T>>();
  readonly #groups = new Map<string, Group<T>>();
  /** In the order of their turns. */
  #turns: Group<T>[] = [];
  #size = 0;
  /** The number of clients from which on it looks again. */
  #sweptFrom = sweptCountMin;
  /** Clients that `serve` has still to offer items of; 0 while it does not run. */
  #openCount = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an item behind those of the same client. */
  add(client: Client, item: T): Place {
    const { items } = this.#lanes.get(client) ?? this.#open(client);
    this.#size += 1;
    return { items, position: items.add(item) };
  }

  /** Removes an item, unless it has left the queue. */
  delete({ items, position }: Place): void {
    if (items.delete(position)) this.#size -= 1;
  }

  /** Offers items in fair order, until all were offered or `offer` wants no more. */
  serve(offer: (item: T) => Verdict): void {
    this.#openCount = this.#lanes.size;
    try {
      this.#serve(offer);
    } finally {
      this.#openCount = 0;
    }
  }

  #serve(offer: (item: T) => Verdict): void {
    const rounds = new Map<Lane<T>, Round<T>>();
    while (this.#openCount > 0) {
      const group = this.#turns[0];
      const lane = group?.lanes[0];
      if (group === undefined || lane === undefined) return;
      let round = rounds.get(lane);
      if (round === undefined) {
        round = new Round(lane.items);
        rounds.set(lane, round);
      }
      if (!round.isOver) {
        this.#grant(lane);
        if (!this.#turn(lane, round, offer)) return;
        // Its last items may have been removed by others before its turn.
        if (lane.items.size === 0) round.isOver = true;
        if (round.isOver) this.#openCount -= 1;
      }
      this.#pass(group, lane);
    }
  }

  *[Symbol.iterator](): Generator<T> {
    for (const { items } of this.#lanes.values()) for (const [, item] of items) yield item;
  }

  /** A client that was interrupted has something left of its turn. */
  #grant(lane: Lane<T>): void {
    if (this.#lanes.size === 1) lane.credit = quantum;
    else if (lane.credit <= 0) lane.credit += quantum;
  }

  /** Offers what one turn of the client allows. Returns false if nothing more of anyone is wanted. */
  #turn(lane: Lane<T>, round: Round<T>, offer: (item: T) => Verdict): boolean {
    while (lane.credit > 0) {
      const item = round.next();
      if (item === undefined) break;
      const verdict = offer(item);
      if (verdict === 'enough') return false;
      if (verdict === 'blocked') {
        round.isOver = true;
        break;
      }
      if (verdict === 'kept') continue;
      lane.credit -= verdict;
      if (lane.items.delete(round.position)) this.#size -= 1;
    }
    // Nobody saves up turns in which there was nothing to serve.
    if (round.isOver) lane.credit = Math.min(0, lane.credit);
    return true;
  }

  /** The next turn is that of another principal, and the next one of this principal is that of another client. */
  #pass(group: Group<T>, lane: Lane<T>): void {
    group.lanes.shift();
    if (lane.items.size > 0) group.lanes.push(lane);
    else this.#lanes.delete(lane.client);
    this.#turns.shift();
    if (group.lanes.length > 0) this.#turns.push(group);
    else this.#groups.delete(group.principal);
  }

  /** Drops clients whose items were all removed: while nothing is served, nothing else does. */
  #sweep(): void {
    for (const { client, items } of this.#lanes.values()) {
      if (items.size === 0) this.#lanes.delete(client);
    }
    for (const group of this.#turns) {
      group.lanes = group.lanes.filter(({ items }) => items.size > 0);
      if (group.lanes.length === 0) this.#groups.delete(group.principal);
    }
    this.#turns = this.#turns.filter(({ lanes }) => lanes.length > 0);
    // Twice as many: so each client pays for a constant share of a sweep.
    this.#sweptFrom = Math.max(sweptCountMin, 2 * this.#lanes.size);
  }

  #open(client: Client): Lane<T> {
    if (this.#openCount > 0) this.#openCount += 1;
    else if (this.#lanes.size >= this.#sweptFrom) this.#sweep();
    const { principal } = client;
    let group = this.#groups.get(principal);
    if (group === undefined) {
      group = { principal, lanes: [] };
      this.#groups.set(principal, group);
      this.#turns.push(group);
    }
    const lane: Lane<T> = { client, items: new Ring(), credit: 0 };
    group.lanes.push(lane);
    this.#lanes.set(client, lane);
    return lane;
  }
}

/** The items of one client, offered one after the other. */
class Round<T> {
  isOver = false;
  /** That of the item that was offered last. */
  position: number;
  readonly #items: Ring<T>;

  constructor(items: Ring<T>) {
    this.#items = items;
    this.position = items.first - 1;
  }

  /** The next item that was not offered yet. */
  next(): T | undefined {
    while (this.position + 1 < this.#items.end) {
      this.position += 1;
      const item = this.#items.get(this.position);
      if (item !== undefined) return item;
    }
    this.isOver = true;
    return undefined;
  }
}
