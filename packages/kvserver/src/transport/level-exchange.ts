/**
 * The feature levels, and the incarnation of the cluster, that servers tell each other in the handshake. A server
 * learns the level of its cluster even if its own state is older, and stops before it applies anything that it does
 * not understand.
 */
import type { PeerId } from '@paxkv/paxos';
import type { FeatureLevels } from '@paxkv/protocol';
import type { LevelPort, ServerLevels } from '../replica/ports.ts';
import { baseLevel, includesLevel, thisVersion } from '../state-machine/features.ts';

/** The levels of this version, which it lets a cluster be raised to. */
export const allLevels: ServerLevels = {
  lowest: thisVersion.lowest,
  highest: thisVersion.highest,
  raiseMax: thisVersion.highest,
};

export class LevelExchange implements LevelPort {
  readonly own: ServerLevels;
  readonly #onUnsupported: (level: number) => void;
  readonly #onRaised: () => void;
  readonly #levels = new Map<PeerId, ServerLevels>();
  #level = baseLevel;
  #incarnation: string | undefined;

  /**
   * `onUnsupported`: the cluster runs at a level at which this server cannot run. `incarnation`: that of the cluster,
   * if the identity of this server has recorded it. `onRaised`: the level of the state here has risen.
   */
  constructor(
    own: ServerLevels,
    onUnsupported: (level: number) => void,
    incarnation?: string,
    onRaised: () => void = () => {},
  ) {
    this.own = own;
    this.#onUnsupported = onUnsupported;
    this.#incarnation = incarnation;
    this.#onRaised = onRaised;
  }

  get incarnation(): string | undefined {
    return this.#incarnation;
  }

  setIncarnation(incarnation: string): void {
    this.#incarnation = incarnation;
  }

  /**
   * Another server, which is proven, names the incarnation of its cluster, if it knows one. Returns whether it can be
   * that of this server, which believes it if it knows none itself.
   */
  learn(incarnation: string | undefined): boolean {
    this.#incarnation ??= incarnation;
    return this.canBe(incarnation);
  }

  /** Whether this incarnation can be that of the cluster, as far as this server knows. */
  canBe(incarnation: string | undefined): boolean {
    if (incarnation === undefined || this.#incarnation === undefined) return true;
    return incarnation === this.#incarnation;
  }

  /** The feature level of the state here. */
  get level(): number {
    return this.#level;
  }

  setLevel(level: number): void {
    const isRaised = level > this.#level;
    this.#level = level;
    if (isRaised) this.#onRaised();
  }

  /** Whether this server can run at `level`. */
  canRunAt(level: number): boolean {
    return includesLevel(this.own, level);
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

  /** Another server, which is proven to be of the cluster, reports its level. Returns whether this server can run at it. */
  onLevel(level: number): boolean {
    const canRun = this.canRunAt(level);
    if (!canRun) this.#onUnsupported(level);
    return canRun;
  }
}

/** The levels as `/status` shows them. */
export function toFeatureLevels({ lowest, highest, raiseMax }: ServerLevels): FeatureLevels {
  return raiseMax < highest ? { lowest, highest, raiseMax } : { lowest, highest };
}
