/**
 * Founds a new cluster, and raises the feature level of one by itself once every server can run at a higher level.
 * Only the leader proposes a level. It raises one only while it is connected to all others, so that it knows the
 * version of each. The first decision of a new log states the level, and the incarnation of the cluster.
 * Rule: no level is proposed that some connected server cannot run at, or was told to wait with.
 */
import type { Clock, Paxos, PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import { includesLevel, ownedSessionsLevel } from '../../state-machine/features.ts';
import type { Applier } from '../apply/applier.ts';
import type { LevelPort, ServerLevels } from '../ports.ts';
import type { ReplicaOptions } from '../replica-options.ts';
import type { ServerProposals } from '../writes/server-proposals.ts';

/** Time between two checks. */
export const raiseCheckDelayMs = 1000;
/** The same while the cluster waits to be founded. */
const foundCheckDelayMs = 20;

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

/** The level of a new cluster that these servers found. `undefined` stands for one that is not connected. */
export function foundingLevel(servers: readonly (ServerLevels | undefined)[]): number {
  const known = servers.filter((levels) => levels !== undefined);
  return Math.min(...known.map(({ highest, raiseMax }) => Math.min(highest, raiseMax)));
}

/** What the raiser needs to know of the state and the log here. */
export interface RaisedState {
  /** The feature level of the state. */
  readonly level: number;
  /** The incarnation that the state names. */
  readonly incarnation: string | undefined;
  /** The highest instance applied, and the highest known; −1 for none. */
  readonly applied: number;
  readonly max: number;
}

export interface LevelRaiserOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly clock: Clock;
  readonly paxos: Pick<Paxos<Bytes>, 'leader'>;
  readonly port: LevelPort;
  readonly writes: Pick<ServerProposals, 'raiseLevel'>;
  readonly state: () => RaisedState;
  /** Draws the 16 random bytes of an incarnation. */
  readonly drawEntropy: () => Bytes;
  /** Called with the level of the state: at the start, and when it has risen. */
  readonly onLevel?: ((level: number) => void) | undefined;
  /** Called with the incarnation that the state names, once. */
  readonly onIncarnation?: ((incarnation: string) => void) | undefined;
}

interface Parts {
  readonly paxos: Pick<Paxos<Bytes>, 'leader' | 'max'>;
  readonly writes: Pick<ServerProposals, 'raiseLevel'>;
  readonly applier: Pick<Applier, 'applied' | 'machine'>;
}

export class LevelRaiser {
  readonly #options: LevelRaiserOptions;
  #reported: number | undefined;
  #reportedIncarnation: string | undefined;
  #cancel: () => void = () => {};

  constructor(options: LevelRaiserOptions) {
    this.#options = options;
  }

  /** That of a replica; `undefined` if it exchanges no levels. */
  static of(options: ReplicaOptions, { paxos, writes, applier }: Parts): LevelRaiser | undefined {
    const { me, peerCount, clock, drawEntropy, levels: port } = options;
    if (port === undefined) return undefined;
    const state = () => ({
      level: applier.machine.featureLevel,
      incarnation: applier.machine.incarnation,
      applied: applier.applied,
      max: paxos.max(),
    });
    const { onFeatureLevel: onLevel, onIncarnation } = options;
    const calls = { drawEntropy, state, onLevel, onIncarnation };
    return new LevelRaiser({ me, peerCount, clock, paxos, port, writes, ...calls });
  }

  /** Checks now and then, from now on. */
  start(): void {
    const { clock } = this.#options;
    const delayMs = this.isFounded ? raiseCheckDelayMs : foundCheckDelayMs;
    this.#cancel = clock.at(clock.now() + delayMs, () => {
      this.check();
      this.start();
    });
  }

  /** Whether the cluster has an incarnation, or goes on at a feature level without one. */
  get isFounded(): boolean {
    const { level, incarnation, applied } = this.#options.state();
    if (incarnation !== undefined) return true;
    return level < ownedSessionsLevel && !(applied < 0 && this.#isAwaitingFounder);
  }

  /** Reports the level and the incarnation of the state, if they are others than before. */
  report(): void {
    const { port, onLevel, onIncarnation } = this.#options;
    const { level, incarnation } = this.#options.state();
    // The level comes first: an older version must not call what the incarnation is recorded in damaged.
    if (level !== this.#reported) {
      this.#reported = level;
      port.setLevel(level);
      onLevel?.(level);
    }
    if (incarnation === undefined || incarnation === this.#reportedIncarnation) return;
    this.#reportedIncarnation = incarnation;
    port.setIncarnation(incarnation);
    onIncarnation?.(incarnation);
  }

  stop(): void {
    this.#cancel();
  }

  /** Proposes what there is to propose. */
  check(): void {
    const { me, peerCount, paxos, port } = this.#options;
    if (paxos.leader() !== me) return;
    const { level, incarnation, applied, max } = this.#options.state();
    const servers = Array.from({ length: peerCount }, (_, node) =>
      node === me ? port.own : port.levelsOf(node),
    );
    if (applied < 0 && max < 0) this.#propose(foundingLevel(servers), incarnation);
    else {
      const isUnnamed = level >= ownedSessionsLevel && incarnation === undefined;
      const higher = levelToRaiseTo(level, servers) ?? (isUnnamed ? level : undefined);
      if (higher !== undefined) this.#propose(higher, incarnation);
    }
  }

  #propose(level: number, named: string | undefined): void {
    const { port, writes, drawEntropy } = this.#options;
    const isNaming = level >= ownedSessionsLevel && named === undefined;
    // Safety: this server belongs to a cluster with a name, and has lost what it had of it. It must not name another.
    if (isNaming && port.incarnation !== undefined) return;
    writes.raiseLevel(level, isNaming ? drawEntropy() : undefined);
  }

  /** Whether a new cluster may get an incarnation. A leader of an older version founds none. */
  get #isAwaitingFounder(): boolean {
    const { me, paxos, port } = this.#options;
    const leader = paxos.leader();
    const leading = leader === undefined || leader === me ? undefined : port.levelsOf(leader);
    return foundingLevel([port.own, leading]) >= ownedSessionsLevel;
  }
}
