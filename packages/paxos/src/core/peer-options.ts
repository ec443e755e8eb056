/** How a peer is constructed. */
import type { Random } from '../environment.ts';
import type { PeerId } from './ballot.ts';
import type { RetentionPolicy } from './commit/retention-policy.ts';
import type { Memory } from './effects.ts';
import type { MessageLimits } from './messages/message-limits.ts';

/** What a peer is made from. */
export interface PeerOptions<V> {
  /** This peer, from 0 to `peerCount` − 1. */
  readonly me: PeerId;
  readonly peerCount: number;
  readonly random: Random;
  /** What this peer remembers of earlier runs. */
  readonly memory: Memory<V>;
  /** Whether this peer leads when no other does. By default no peer leads, and each proposes alone. */
  readonly isCandidate?: boolean;
  /** What is kept for peers that are away. Default `everyPeer`. */
  readonly retention?: RetentionPolicy<V>;
  /** How often this peer's host lost its state. Default 0. */
  readonly stateEpoch?: number;
  /** See `PaxosOptions`. Default: no bound. */
  readonly instanceLeapMax?: number;
  /** How many elements one message carries at most. Default: `messageLimitsDefault`. */
  readonly messageLimits?: Partial<MessageLimits>;
}
