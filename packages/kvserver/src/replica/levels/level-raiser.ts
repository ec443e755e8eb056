/**
 * Raises the feature level of the cluster by itself, once every server can run at a higher one. Only the leader
 * proposes it, and only while it is connected to all others, so that it knows the version of each.
 * Rule: no level is proposed that some server of the cluster cannot run at, or was told to wait with.
 */
import type { Clock, Paxos, PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import { includesLevel } from '../../state-machine/features.ts';
import type { LevelPort, ServerLevels } from '../ports.ts';
import type { Writes } from '../writes/writes.ts';

/** Time between two checks. */
export const raiseCheckDelayMs = 1000;

/** The level to which `servers`, all of the cluster, let it be raised; `undefined` if it stays where it is. */
export function levelToRaiseTo(
  current: number,
  servers: readonly (ServerLevels | undefined)[],
): number | undefined {
  const known = servers.filter((levels) => levels !== undefined);
  if (known.length < servers.length) return undefined;
  const level = Math.min(...known.map(({ highest, raiseMax }) => Math.min(highest, raiseMax)));
  return level > current && known.every((levels) => includesLevel(levels, level))
    ? level
    : undefined;
}

export interface LevelRaiserOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly clock: Clock;
  readonly paxos: Pick<Paxos<Bytes>, 'leader'>;
  readonly port: LevelPort;
  readonly writes: Pick<Writes, 'raiseLevel'>;
  /** The feature level of the state here. */
  readonly level: () => number;
  /** Called with that level: at the start, and when it has risen. */
  readonly onLevel?: ((level: number) => void) | undefined;
}

export class LevelRaiser {
  readonly #options: LevelRaiserOptions;
  #reported: number | undefined;
  #cancel: () => void = () => {};

  constructor(options: LevelRaiserOptions) {
    this.#options = options;
  }

  /** Checks now and then, from now on. */
  start(): void {
    const { clock } = this.#options;
    this.#cancel = clock.at(clock.now() + raiseCheckDelayMs, () => {
      this.#check();
      this.start();
    });
  }

  /** Reports the level of the state to the port and to `onLevel`, if it is another than before. */
  report(): void {
    const { port, onLevel } = this.#options;
    const level = this.#options.level();
    if (level === this.#reported) return;
    this.#reported = level;
    port.setLevel(level);
    onLevel?.(level);
  }

  stop(): void {
    this.#cancel();
  }

  #check(): void {
    const { me, peerCount, paxos, port, writes, level } = this.#options;
    if (paxos.leader() !== me) return;
    const servers = Array.from({ length: peerCount }, (_, node) =>
      node === me ? port.own : port.levelsOf(node),
    );
    const higher = levelToRaiseTo(level(), servers);
    if (higher !== undefined) writes.raiseLevel(higher);
  }
}
