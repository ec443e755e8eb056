/** Exchanges feature levels and the incarnation between simulated replicas, as the handshakes of real servers do. */
import type { LevelPort, ServerLevels } from '@paxkv/kvserver/internal/replica/ports';

export class LevelNetwork {
  readonly #isCut: (from: number, to: number) => boolean;
  /** The levels of each server that is up. */
  readonly #servers = new Map<number, ServerLevels>();
  /** The incarnation that the identity of each server has recorded. */
  readonly #incarnations = new Map<number, string>();

  constructor(isCut: (from: number, to: number) => boolean) {
    this.#isCut = isCut;
  }

  /** The port of one run of a server. */
  port(me: number, own: ServerLevels): LevelPort {
    this.#servers.set(me, own);
    const incarnation = () => this.#incarnationAt(me);
    return {
      own,
      levelsOf: (peer) => (this.#isCut(peer, me) ? undefined : this.#servers.get(peer)),
      setLevel: () => {},
      get incarnation() {
        return incarnation();
      },
      setIncarnation: (name) => this.#incarnations.set(me, name),
    };
  }

  unplug(me: number): void {
    this.#servers.delete(me);
  }

  /** The server has lost its identity. */
  forget(me: number): void {
    this.#incarnations.delete(me);
  }

  #incarnationAt(me: number): string | undefined {
    const others = [...this.#servers.keys()].filter((peer) => !this.#isCut(peer, me));
    return [me, ...others].map((node) => this.#incarnations.get(node)).find((name) => name);
  }
}
