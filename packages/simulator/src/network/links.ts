/**
 * Which peers can reach each other, and how fast: partitions, single cuts, deaf peers, which no request reaches,
 * and slow links.
 */
import type { PeerId } from '@paxkv/paxos';

export class Links {
  readonly #peerCount: number;
  readonly #cuts = new Set<string>();
  readonly #deaf = new Set<PeerId>();
  /** The mean of the extra delay of each slow link, in milliseconds. */
  readonly #lags = new Map<string, number>();
  /** The group of each peer in a partition; absent while there is none. */
  #groups: ReadonlyMap<PeerId, number> | undefined;

  constructor(peerCount: number) {
    this.#peerCount = peerCount;
  }

  /** Whether a message that is sent now would reach its receiver. */
  isOpen(from: PeerId, to: PeerId): boolean {
    if (this.#cuts.has(linkOf(from, to))) return false;
    if (this.#groups === undefined) return true;
    const group = this.#groups.get(from);
    return group !== undefined && group === this.#groups.get(to);
  }

  isDeaf(peer: PeerId): boolean {
    return this.#deaf.has(peer);
  }

  deafen(peer: PeerId): void {
    this.#deaf.add(this.known(peer));
  }

  undeafen(peer: PeerId): void {
    this.#deaf.delete(this.known(peer));
  }

  cut(from: PeerId, to: PeerId): void {
    this.#cuts.add(linkOf(this.known(from), this.known(to)));
  }

  mend(from: PeerId, to: PeerId): void {
    this.#cuts.delete(linkOf(this.known(from), this.known(to)));
  }

  /** Delays each message in this direction by this time more, on average. 0: by no more than others. */
  slow(from: PeerId, to: PeerId, delayMsMean: number): void {
    if (!(delayMsMean >= 0)) throw new RangeError(`a link cannot be slower by ${delayMsMean} ms`);
    this.#lags.set(linkOf(this.known(from), this.known(to)), delayMsMean);
  }

  /** The mean of the extra delay in this direction, in milliseconds. */
  lagOf(from: PeerId, to: PeerId): number {
    return this.#lags.get(linkOf(from, to)) ?? 0;
  }

  partition(groups: readonly (readonly PeerId[])[]): void {
    const groupOf = new Map<PeerId, number>();
    for (const [group, peers] of groups.entries()) {
      for (const peer of peers) {
        if (groupOf.has(this.known(peer)))
          throw new TypeError(`peer ${peer} is in two groups of the partition`);
        groupOf.set(peer, group);
      }
    }
    this.#groups = groupOf;
  }

  heal(): void {
    this.#groups = undefined;
    this.#cuts.clear();
  }

  /** @throws TypeError if there is no such peer. */
  known(peer: PeerId): PeerId {
    if (Number.isInteger(peer) && peer >= 0 && peer < this.#peerCount) return peer;
    throw new TypeError(`there is no peer ${peer} among ${this.#peerCount} peers`);
  }
}

function linkOf(from: PeerId, to: PeerId): string {
  return `${from}>${to}`;
}
