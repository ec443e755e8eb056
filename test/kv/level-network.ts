/** Exchanges feature levels between simulated replicas, as the handshakes of real servers do. */
import type { LevelPort, ServerLevels } from '@paxkv/kvserver/internal/replica/ports';

export class LevelNetwork {
  readonly #isCut: (from: number, to: number) => boolean;
  /** The levels of each server that is up. */
  readonly #servers = new Map<number, ServerLevels>();

  constructor(isCut: (from: number, to: number) => boolean) {
    this.#isCut = isCut;
  }

  /** The port of one run of a server. */
  port(me: number, own: ServerLevels): LevelPort {
    this.#servers.set(me, own);
    return {
      own,
      levelsOf: (peer) => (this.#isCut(peer, me) ? undefined : this.#servers.get(peer)),
      setLevel: () => {},
    };
  }

  unplug(me: number): void {
    this.#servers.delete(me);
  }
}
