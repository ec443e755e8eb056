/** The promises on each disk, for single instances and for the whole log. */
import type { Ballot } from '@paxkv/paxos';
import { compareBallots } from '../protocol/writes.ts';

export class Promises {
  readonly #instances: readonly Map<number, Ballot>[];
  readonly #logs: (Ballot | undefined)[];

  constructor(peerCount: number) {
    this.#instances = Array.from({ length: peerCount }, () => new Map<number, Ballot>());
    this.#logs = new Array<Ballot | undefined>(peerCount).fill(undefined);
  }

  /** The highest ballot that `peer` promised in the instance, alone or for the log. */
  of(peer: number, seq: number): Ballot | undefined {
    const [own, log] = [this.#instances[peer]?.get(seq), this.#logs[peer]];
    return compareBallots(own, log) > 0 ? own : log;
  }

  ofLog(peer: number): Ballot | undefined {
    return this.#logs[peer];
  }

  raise(peer: number, seq: number, ballot: Ballot): void {
    const own = this.#instances[peer]?.get(seq);
    if (compareBallots(own, ballot) < 0) this.#instances[peer]?.set(seq, ballot);
  }

  raiseLog(peer: number, ballot: Ballot): void {
    if (compareBallots(this.#logs[peer], ballot) < 0) this.#logs[peer] = ballot;
  }

  /** The disk of the peer was emptied, so its promises are gone. */
  forget(peer: number): void {
    this.#instances[peer]?.clear();
    this.#logs[peer] = undefined;
  }
}
