/**
 * Checks each floor that a peer finds on its own: a quorum of hosts must hold everything below it. A host that
 * has lost its state counts only until a message that it sent afterwards has reached that peer.
 */
import type { Envelope, Peer, PeerId } from '@paxkv/paxos/core';
import { expect } from 'chai';
import type { Host } from './host.ts';

export class Floors {
  readonly #hosts: readonly Host[];
  readonly #quorum: number;
  /** For each peer, the latest life of each host that a message has told it of. */
  readonly #heard: number[][];
  /** For each peer, the incarnations that its latest envelope names. */
  readonly #incarnations: (readonly number[])[];
  /** The highest floor that any envelope or memory has told of. */
  #highest = 0;
  raisedCount = 0;

  constructor(hosts: readonly Host[]) {
    this.#hosts = hosts;
    this.#quorum = Math.floor(hosts.length / 2) + 1;
    this.#heard = hosts.map(() => hosts.map(() => 0));
    this.#incarnations = hosts.map(() => hosts.map(() => 0));
  }

  onSealed({ from, mark }: Envelope<string>): void {
    this.#incarnations[from] = mark.incarnations;
  }

  /** `to` has taken in a message that `from` sent in that life of its host, unless it ignores the sender. */
  onReceived({ from, to, message, mark }: Envelope<string>, life: number): void {
    const heard = this.#heard[to];
    const isStale = (mark.incarnations[from] ?? 0) < (this.#incarnations[to]?.[from] ?? 0);
    if (heard === undefined || message.type === 'admit' || isStale) return;
    heard[from] = Math.max(life, heard[from] ?? 0);
  }

  /** `me` starts again, and has lost all that was not written of what it heard. */
  onRestarted(me: PeerId): void {
    this.#heard[me]?.fill(0);
  }

  check(me: PeerId, { floor, min }: Peer<string>): void {
    // Chai takes its time, so it is asked only where a check fails.
    if (min > floor) expect(min, `min of peer ${me}`).to.be.at.most(floor);
    if (floor <= this.#highest) return;
    this.#highest = floor;
    this.raisedCount += 1;
    const holders = this.#hosts.filter(
      ({ applied, life }, peer) => applied >= floor - 1 || (this.#heard[me]?.[peer] ?? 0) < life,
    );
    expect(holders.length, `hosts that hold what lies below ${floor}`).to.be.at.least(this.#quorum);
  }
}
