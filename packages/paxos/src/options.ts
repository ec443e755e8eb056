/** What a host gives to its peer, and what it is told. */
import type { PeerId } from './core/ballot.ts';
import type { Decision } from './core/effects.ts';
import type { Clock, Random, Storage, Transport } from './environment.ts';
import type { PaxosError } from './errors.ts';

export interface PaxosOptions<V> {
  /** This peer, from 0 to `peerCount` − 1. */
  readonly me: PeerId;
  /** How many peers agree. Fixed for the incarnation of the log, and the same everywhere. */
  readonly peerCount: number;
  readonly transport: Transport<V>;
  readonly storage: Storage<V>;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Whether this peer leads when nobody else does: it gets the promises for all instances at once, and
   * then decides each in one round. By default nobody leads, and no message is sent without need.
   */
  readonly isCandidate?: boolean;
  /**
   * Told of each instance once a run, as soon as it is known to be decided, in any order; those of
   * earlier runs that storage remembers come first. Called between turns, never from within a call.
   */
  readonly onDecided?: (decision: Decision<V>) => void;
  /** Told, once for each `survey`, above which instance nothing was decided when that was called. */
  readonly onReadIndex?: (upTo: number) => void;
  /** Told when, as far as is known here, somebody else leads than before, or nobody. */
  readonly onLeader?: (leader: PeerId | undefined) => void;
  /** Told when this peer, which had begun without memory, takes part from now on. */
  readonly onAdmitted?: () => void;
  /** Told when the peer stopped by itself, for its memory's sake. It will not speak again. */
  readonly onStopped?: (error: PaxosError) => void;
}
