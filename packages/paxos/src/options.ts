/** What a host gives to its peer, and what the peer reports. */
import type { PeerId } from './core/ballot.ts';
import type { RetentionPolicy } from './core/commit/retention-policy.ts';
import type { Decision } from './core/effects.ts';
import type { MessageLimits } from './core/messages/message-limits.ts';
import type { TraceRecorder } from './core/trace/trace-recorder.ts';
import type { Clock, Random, Storage, Transport } from './environment.ts';
import type { PaxosError } from './errors.ts';

/** What a peer reports to its host, always between turns and never from within a call. */
export interface PaxosListener<V> {
  /**
   * Called once in each run for each instance, as soon as it is known to be decided, in any order. The
   * decisions that storage kept from earlier runs come first.
   */
  readonly onDecided?: (decision: Decision<V>) => void;
  /**
   * These decisions have left memory, and not every peer is known to be done with them. In order of seq, each
   * once in each run. A host may keep them on disk for peers that are away.
   */
  readonly onTruncated?: (decisions: readonly Decision<V>[]) => void;
  /** Answers the latest call of `readIndex()`: nothing above `readIndex` was decided when it was made. */
  readonly onReadIndex?: (readIndex: number) => void;
  /** Called when the leader known here changes; `undefined` while none is known. */
  readonly onLeader?: (leader: PeerId | undefined) => void;
  /** Called when a peer that started without memory has been admitted: it takes part from now on. */
  readonly onAdmitted?: () => void;
  /** Called for each message of another peer that was dropped since it cannot be true, with the reason. */
  readonly onRefused?: (from: PeerId, reason: string) => void;
  /** Called when the peer has stopped because its memory failed. It sends nothing any more. */
  readonly onStopped?: (error: PaxosError) => void;
}

/** What a host gives to its peer. */
export interface PaxosOptions<V> {
  /** This peer, from 0 to `peerCount` − 1. */
  readonly me: PeerId;
  /** How many peers agree. Fixed for the lifetime of the log, and the same at every peer. */
  readonly peerCount: number;
  readonly transport: Transport<V>;
  readonly storage: Storage<V>;
  readonly clock: Clock;
  readonly random: Random;
  /**
   * Whether this peer tries to lead when no other does. A leader gets the promises for all instances at
   * once, and then decides each in one round. By default no peer leads, and idle peers send nothing.
   */
  readonly isCandidate?: boolean;
  /** How much of the decided log is kept in memory for peers that are away. Default `everyPeer`. */
  readonly retention?: RetentionPolicy<V>;
  /**
   * How often the host of this peer has lost its state, from 0, which is the default. The host raises it
   * durably before it opens the peer with a state that lacks what `done` was called for. The others then no
   * longer count on that state.
   */
  readonly stateEpoch?: number;
  /**
   * Whether this host can apply the value. A message of another peer with any other value is dropped before
   * anything of it is written, so no such value gets the vote of this peer, or is learned here. Default: every
   * value. Called once for each value that arrives; must not throw.
   */
  readonly isValue?: (value: V) => boolean;
  /**
   * How far above what is known an instance may be that only one other peer speaks of. A message about a higher one is
   * dropped, so that damage to one peer cannot use up the instances of all. A peer that is further behind than that
   * first learns what was decided in between. Default: no bound.
   */
  readonly instanceLeapMax?: number;
  /** How many elements one message of this peer carries at most. Default: as many as receivers accept. */
  readonly messageLimits?: Partial<MessageLimits>;
  /** Records everything that the peer takes in, so that its run can be replayed. By default nothing does. */
  readonly recorder?: TraceRecorder<V>;
}
