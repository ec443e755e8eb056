/**
 * Requests over streams, one to each server. Writes go to the leader if a server has named one. Reads rotate
 * over the servers in batches of one tick. This only improves speed: any server takes any request.
 */
import type { Notice } from '@paxkv/protocol';
import { ClusterPin } from '../cluster-pin.ts';
import type { Attempt, Exchange, ExchangeListener } from '../environment.ts';
import { isStatusRequest, type Request } from '../request.ts';
import { Link, type LinkListener, type LinkParts } from './link.ts';
import { isPacedRead } from './read-pace.ts';

/**
 * How many reads of one tick go to one server before the next server gets some. With fewer, servers would
 * ask a quorum too often; with more, some servers would be busy while others are idle.
 */
const readBatchMax = 22;

export class StreamExchange implements Exchange {
  readonly #parts: LinkParts;
  readonly #listener: LinkListener;
  readonly #links = new Map<string, Link>();
  /** Links whose server has said hello since they were lost last. */
  readonly #open = new Set<Link>();
  #observer: ExchangeListener | undefined;
  /** The link to each node, by the node number in the server's hello. */
  readonly #linkOfNode = new Map<number, Link>();
  #leader: number | undefined;
  #leaderNamedBy: Link | undefined;
  /** The link that took the last write while no leader was known. */
  #writeLink: Link | undefined;
  #readLink: Link | undefined;
  /** The number of reads in the current batch at `#readLink`. */
  #readBatch = 0;

  /** `pin`: shared with `http`. */
  constructor(parts: Omit<LinkParts, 'pin'> & { readonly pin?: ClusterPin }) {
    this.#parts = { ...parts, pin: parts.pin ?? new ClusterPin() };
    this.#listener = {
      onNotice: (link, notice) => this.#onNotice(link, notice),
      onLost: (link) => this.#onLost(link),
    };
  }

  send(endpoint: string, attempt: Attempt): void {
    if (isStatusRequest(attempt.request)) {
      this.#parts.http.send(endpoint, attempt);
    } else if (this.#parts.pin.conflict !== undefined) {
      attempt.reject(this.#parts.pin.conflict);
    } else {
      this.#link(endpoint).send(attempt);
    }
  }

  bestFor(request: Request, endpoints: readonly string[]): string | undefined {
    const link = isPacedRead(request) ? this.#forReads(endpoints) : this.#forWrites(endpoints);
    if (link !== undefined && !link.isBatching) {
      this.#connectAll(endpoints);
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

  observe(listener: ExchangeListener): void {
    this.#observer = listener;
  }

  async close(): Promise<void> {
    for (const link of this.#links.values()) {
      link.close();
    }
    await this.#parts.http.close();
  }

  #forWrites(endpoints: readonly string[]): Link | undefined {
    const leader = this.#leader === undefined ? undefined : this.#linkOfNode.get(this.#leader);
    for (const link of [leader, this.#writeLink]) {
      if (link !== undefined && serves(link) && endpoints.includes(link.endpoint)) {
        return link;
      }
    }
    this.#writeLink = this.#nextOpen(endpoints, this.#writeLink);
    return this.#writeLink;
  }

  #forReads(endpoints: readonly string[]): Link | undefined {
    const link = this.#readLink;
    const hasRoom = this.#readBatch < readBatchMax && link?.isBatching;
    if (link === undefined || !hasRoom || !endpoints.includes(link.endpoint)) {
      this.#readLink = this.#nextOpen(endpoints, link);
      this.#readBatch = 0;
    }
    this.#readBatch += 1;
    return this.#readLink;
  }

  /** The next open link after `last`. Links that are not avoided come first. */
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

  /** Once one server serves, the others are dialled too, to share the reads and to replace one that fails. */
  #connectAll(endpoints: readonly string[]): void {
    for (const endpoint of endpoints) {
      this.#link(endpoint).connect();
    }
  }

  #link(endpoint: string): Link {
    const known = this.#links.get(endpoint);
    if (known !== undefined) {
      return known;
    }
    const link = new Link(endpoint, this.#parts, this.#listener);
    this.#links.set(endpoint, link);
    return link;
  }

  #onNotice(link: Link, notice: Notice): void {
    if (notice.type === 'hello') {
      this.#linkOfNode.set(notice.node, link);
      this.#open.add(link);
      this.#observer?.onOpen(link.endpoint);
    }
    if (notice.type === 'goodbye' || notice.type === 'incarnation') {
      return;
    }
    if (notice.leader !== undefined) {
      this.#setLeader(notice.leader);
      this.#leaderNamedBy = link;
    } else if (this.#leaderNamedBy === link || this.#isLeader(link)) {
      // Only the server that named the leader can withdraw it: it may know better than the others.
      this.#setLeader(undefined);
    }
  }

  #onLost(link: Link): void {
    if (this.#isLeader(link)) {
      this.#setLeader(undefined);
    }
    // A link that could not be opened was never reported as open.
    if (this.#open.delete(link)) {
      this.#observer?.onClose(link.endpoint, link.whyLost);
    }
  }

  #setLeader(leader: number | undefined): void {
    if (leader === this.#leader) {
      return;
    }
    this.#leader = leader;
    const link = leader === undefined ? undefined : this.#linkOfNode.get(leader);
    this.#observer?.onLeader(leader, link?.endpoint);
  }

  #isLeader(link: Link): boolean {
    return this.#leader !== undefined && this.#linkOfNode.get(this.#leader) === link;
  }
}

function serves(link: Link): boolean {
  return link.isOpen && !link.isAvoided;
}
