/**
 * Requests over streams, one to each server. Writes go to the server that leads, as far as anybody has
 * said; reads go round, some of one tick to each server. All of it is only for speed: any server takes any
 * request.
 */
import type { News } from '@paxkv/protocol';
import type { Attempt, Clock, Exchange, Random } from '../environment.ts';
import { isStatusRequest, type Request } from '../request.ts';
import { Link } from './link.ts';
import type { Dial } from './socket.ts';

/**
 * So many reads of one tick go to one server, the next ones to another: fewer would cost a question to a quorum
 * too often, and of more the servers would answer some while others have nothing to do.
 */
const readsTogetherMax = 22;

export interface StreamParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly dial: Dial;
  /** Calls back when all that is going on at this moment is over. */
  readonly defer: (callback: () => void) => void;
  /** For what streams do not carry, and for servers that take none. */
  readonly messages: Exchange;
}

export class StreamExchange implements Exchange {
  readonly #parts: StreamParts;
  readonly #links = new Map<string, Link>();
  /** By the node that said hello on it. */
  readonly #linkOfNode = new Map<number, Link>();
  #leader: number | undefined;
  #leaderToldBy: Link | undefined;
  /** Where writes went last while no leader was known. */
  #writing: Link | undefined;
  #reading: Link | undefined;
  /** Reads it got together. */
  #readsTogether = 0;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  send(endpoint: string, attempt: Attempt): void {
    if (isStatusRequest(attempt.request)) {
      this.#parts.messages.send(endpoint, attempt);
    } else {
      this.#link(endpoint).push(attempt);
    }
  }

  bestFor({ command }: Request, endpoints: readonly string[]): string | undefined {
    const link = command.type === 'get' ? this.#forReads(endpoints) : this.#forWrites(endpoints);
    if (link !== undefined && !link.isGathering) {
      this.#wake(endpoints);
    }
    return link?.endpoint;
  }

  avoid(endpoint: string): void {
    this.#links.get(endpoint)?.avoid();
  }

  isServing(endpoint: string): boolean {
    const link = this.#links.get(endpoint);
    return link !== undefined && serves(link);
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) {
      link.close();
    }
    await this.#parts.messages.close();
  }

  #forWrites(endpoints: readonly string[]): Link | undefined {
    const leader = this.#leader === undefined ? undefined : this.#linkOfNode.get(this.#leader);
    for (const link of [leader, this.#writing]) {
      if (link !== undefined && serves(link) && endpoints.includes(link.endpoint)) {
        return link;
      }
    }
    this.#writing = this.#nextOpen(endpoints, this.#writing);
    return this.#writing;
  }

  #forReads(endpoints: readonly string[]): Link | undefined {
    const reading = this.#reading;
    const hasRoom = this.#readsTogether < readsTogetherMax && reading?.isGathering;
    if (reading === undefined || !hasRoom || !endpoints.includes(reading.endpoint)) {
      this.#reading = this.#nextOpen(endpoints, reading);
      this.#readsTogether = 0;
    }
    this.#readsTogether += 1;
    return this.#reading;
  }

  /** The next one that serves, counted from `last`; else one that is at least open. */
  #nextOpen(endpoints: readonly string[], last: Link | undefined): Link | undefined {
    const start = last === undefined ? 0 : endpoints.indexOf(last.endpoint) + 1;
    let open: Link | undefined;
    for (let step = 0; step < endpoints.length; step += 1) {
      const endpoint = endpoints[(start + step) % endpoints.length] ?? '';
      const link = this.#links.get(endpoint);
      if (link?.isOpen) {
        if (!link.isAvoided) {
          return link;
        }
        open ??= link;
      }
    }
    return open;
  }

  /** Once one server serves, the others are dialled too: to share the reads, and for the day it fails. */
  #wake(endpoints: readonly string[]): void {
    for (const endpoint of endpoints) {
      this.#link(endpoint).wake();
    }
  }

  #link(endpoint: string): Link {
    const known = this.#links.get(endpoint);
    if (known !== undefined) {
      return known;
    }
    const { clock, random, dial, defer, messages } = this.#parts;
    const link = new Link({
      ...{ endpoint, clock, random, dial, defer, messages },
      onNews: (from, news) => this.#onNews(from, news),
      onLost: (lost) => this.#onLost(lost),
    });
    this.#links.set(endpoint, link);
    return link;
  }

  #onNews(link: Link, news: News): void {
    if (news.type === 'hello') {
      this.#linkOfNode.set(news.node, link);
    }
    if (news.type === 'goodbye') {
      return;
    }
    if (news.leader !== undefined) {
      this.#leader = news.leader;
      this.#leaderToldBy = link;
    } else if (this.#leaderToldBy === link || this.#isLeader(link)) {
      // Others, who have said nothing new, may still know better.
      this.#leader = undefined;
    }
  }

  /** Who is gone leads no more. */
  #onLost(link: Link): void {
    if (this.#isLeader(link)) {
      this.#leader = undefined;
    }
  }

  #isLeader(link: Link): boolean {
    return this.#leader !== undefined && this.#linkOfNode.get(this.#leader) === link;
  }
}

function serves(link: Link): boolean {
  return link.isOpen && !link.isAvoided;
}
