/**
 * The group of peers and its quorums. A quorum is a majority of a fixed group: any two share a peer,
 * which is all that Paxos asks of them. Paxos Made Simple §2.1.
 */
import type { PeerId } from './ballot.ts';

export function allPeers(peerCount: number): PeerId[] {
  return Array.from({ length: peerCount }, (_, peer) => peer);
}

/** All peers but `me`, in order. */
export function otherPeers(me: PeerId, peerCount: number): PeerId[] {
  return allPeers(peerCount).filter((peer) => peer !== me);
}

export function quorumSize(peerCount: number): number {
  return Math.floor(peerCount / 2) + 1;
}

/** The peers that gave one answer. Each peer counts once, however often it answers. */
export class QuorumVotes {
  readonly #peerCount: number;
  readonly #peers: Set<PeerId>;

  constructor(peerCount: number, peers: Iterable<PeerId> = []) {
    this.#peerCount = peerCount;
    this.#peers = new Set(peers);
  }

  get peers(): PeerId[] {
    return [...this.#peers];
  }

  add(peer: PeerId): void {
    this.#peers.add(peer);
  }

  remove(peer: PeerId): void {
    this.#peers.delete(peer);
  }

  has(peer: PeerId): boolean {
    return this.#peers.has(peer);
  }

  isQuorum(): boolean {
    return this.#peers.size >= quorumSize(this.#peerCount);
  }
}
