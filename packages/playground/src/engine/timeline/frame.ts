/** Frames: all that the page shows of one moment of a run. A frame is never changed. */
import type { Ballot } from '@paxkv/paxos';
import type { Action } from '../action.ts';
import type { CallRecord } from '../judge/history.ts';
import type { Violation } from '../judge/lamp.ts';
import type { MessageFacts } from '../protocol/messages.ts';
import type { ServerFacts } from '../world/program.ts';

/** `unknown`: of a peer that was not recorded. */
export type PeerState = 'down' | 'starting' | 'up' | 'paused' | 'failed' | 'unknown';

export interface InstanceView {
  readonly seq: number;
  readonly fate: 'undecided' | 'decided' | 'forgotten';
  /** The decided value, if this peer knows it. */
  readonly value: string | undefined;
  /** The promise and the vote on the disk. */
  readonly promised: Ballot | undefined;
  readonly vote: { readonly ballot: Ballot; readonly value: string } | undefined;
}

export interface DiskView {
  /** Writes that are not durable yet, each as a short text. */
  readonly pending: readonly string[];
  /** The number of durable writes. */
  readonly writeCount: number;
  readonly logPromise: Ballot | undefined;
  /** Rounds up to here were reserved. */
  readonly reserved: number;
  /** The peer votes only above this instance; absent while it may vote anywhere. */
  readonly votingFloor: number | undefined;
}

export interface PeerView {
  readonly id: number;
  readonly state: PeerState;
  /** Whether requests reach it. */
  readonly isDeaf: boolean;
  /** Whether the peer takes part. A peer that lost its memory does not, until it is admitted. */
  readonly isMember: boolean;
  /** The leader, as far as this peer knows. */
  readonly leader: number | undefined;
  readonly min: number;
  readonly max: number;
  /** The highest instance that its store applied. */
  readonly applied: number;
  /** The state of the server around it. Absent if there is none. */
  readonly server?: ServerFacts;
  readonly clockRate: number;
  readonly disk: DiskView;
  /** The instances in order of seq: all from 0 on, or the latest ones of a recording. */
  readonly instances: readonly InstanceView[];
}

export interface FlightView extends MessageFacts {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  readonly arrivalMs: number;
}

/** What happened in one moment. */
export type Occurrence =
  | { readonly type: 'action'; readonly action: Action }
  | { readonly type: 'sent'; readonly flight: FlightView }
  | { readonly type: 'arrived' | 'lost'; readonly flight: FlightView }
  /** A message that found its link cut, or that the network lost at once. */
  | ({ readonly type: 'refused'; readonly from: number; readonly to: number } & MessageFacts)
  | {
      readonly type: 'writing' | 'durable' | 'unwritten';
      readonly peer: number;
      readonly text: string;
    }
  | {
      readonly type: 'decided';
      readonly peer: number;
      readonly seq: number;
      readonly value: string;
    }
  | { readonly type: 'leader'; readonly peer: number; readonly leader: number | undefined }
  | { readonly type: 'up' | 'down' | 'wiped' | 'admitted'; readonly peer: number }
  | { readonly type: 'failed'; readonly peer: number; readonly reason: string }
  | { readonly type: 'broken'; readonly violation: Violation };

export interface Frame {
  /** The number of this moment: how many events and actions there were up to it. */
  readonly moment: number;
  readonly timeMs: number;
  readonly peers: readonly PeerView[];
  /** The messages in transit, in the order in which they were sent. */
  readonly flights: readonly FlightView[];
  /** Links that are closed, as `from>to`. */
  readonly cuts: readonly string[];
  /** Whether the network loses messages at random. */
  readonly isLossy: boolean;
  /** Requests that were delivered so far. */
  readonly requestCount: number;
  readonly calls: readonly CallRecord[];
  readonly violations: readonly Violation[];
  readonly occurrences: readonly Occurrence[];
}
