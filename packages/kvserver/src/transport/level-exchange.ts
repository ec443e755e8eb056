/**
 * The feature levels, and the incarnation of the cluster, that servers tell each other in the handshake. A server
 * learns the level of its cluster even if its own state is older, and stops before it applies anything that it does
 * not understand.
 */
import type { PeerId } from '@paxkv/paxos';
import type { LevelPort, ServerLevels } from '../replica/ports.ts';
import { baseLevel, includesLevel } from '../state-machine/features.ts';

export class LevelExchange implements LevelPort {
  readonly own: ServerLevels;
  readonly #onUnsupported: (level: number) => void;
  readonly #levels = new Map<PeerId, ServerLevels>();
  #level = baseLevel;
  #incarnation: string | undefined;

  /**
   * `onUnsupported`: the cluster runs at a level at which this server cannot run. `incarnation`: that of the cluster,
   * if the identity of this server has recorded it.
   */
  constructor(own: ServerLevels, onUnsupported: (level: number) => void, incarnation?: string) {
    this.own = own;
    this.#onUnsupported = onUnsupported;
    this.#incarnation = incarnation;
  }

  get incarnation(): string | undefined {
    return this.#incarnation;
  }

  setIncarnation(incarnation: string): void {
    this.#incarnation = incarnation;
  }

  /**
   * Another server names the incarnation of its cluster, if it knows one. Returns whether it can be that of this
   * server, which believes it if it knows none itself.
   */
  learn(incarnation: string | undefined): boolean {
    this.#incarnation ??= incarnation;
    return incarnation === undefined || incarnation === this.#incarnation;
  }

  /** The feature level of the state here. */
  get level(): number {
    return this.#level;
  }

  setLevel(level: number): void {
    this.#level = level;
  }

  levelsOf(peer: PeerId): ServerLevels | undefined {
    return this.#levels.get(peer);
  }

  /** A server with these levels has connected. */
  onConnected(peer: PeerId, levels: ServerLevels): void {
    this.#levels.set(peer, levels);
  }

  /** The last connection from that server is gone. */
  onGone(peer: PeerId): void {
    this.#levels.delete(peer);
  }

  /** Another server of the cluster reports its level. Returns whether this server can run at it. */
  onLevel(level: number): boolean {
    const canRun = includesLevel(this.own, level);
    if (!canRun) this.#onUnsupported(level);
    return canRun;
  }
}
