/** What a replica shows of itself: its status, and what only metrics show besides. */
import type { Paxos } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Applier } from './apply/applier.ts';
import type { CatchUp } from './catch-up/catch-up.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Reads } from './reads/reads.ts';
import type { ReplicaStatus } from './replica-options.ts';
import type { BoundUse } from './requests/admission.ts';
import type { PendingRequests } from './requests/pending-requests.ts';
import type { Verification } from './scrub/verification.ts';

export interface ReplicaFacts {
  /** The lowest instance whose decision has not come. */
  readonly next: number;
  /** For each other replica, what this one has applied and that one is not known to need no more. */
  readonly peerLag: readonly PeerLag[];
  /** Bytes of changes that are applied and not in the state database. */
  readonly undurableBytes: number;
  /** The bounds on requests, and how much of each is in use. */
  readonly bounds: readonly BoundUse[];
}

/** How far one replica is behind. */
export interface PeerLag {
  readonly peer: number;
  readonly instances: number;
  /** The size of their values. */
  readonly bytes: number;
}

/** The parts of a replica that know something to show. */
export interface ShownParts {
  readonly me: number;
  readonly paxos: Paxos<Bytes>;
  readonly applier: Applier;
  readonly pending: PendingRequests;
  readonly reads: Reads;
  readonly catchUp: CatchUp;
  readonly lifecycle: Lifecycle;
  readonly verification: Verification;
}

export function statusOf(parts: ShownParts): Omit<ReplicaStatus, 'isFounded'> {
  const { paxos, applier, lifecycle } = parts;
  return {
    state: lifecycle.state,
    reason: lifecycle.reason,
    failure: lifecycle.failure,
    applied: applier.applied,
    min: paxos.min(),
    max: paxos.max(),
    floor: paxos.floor(),
    retained: paxos.retained(),
    revision: applier.machine.revision,
    sessions: applier.machine.sessionCount,
    featureLevel: applier.machine.featureLevel,
    incarnation: applier.machine.incarnation,
    pending: parts.pending.count,
    scrub: parts.verification.status,
    leader: paxos.leader(),
    catchUp: parts.catchUp.progress,
    ...parts.reads.contact,
    waitingBytes: applier.waitingBytes,
    doneByPeer: paxos.doneByPeer(),
    awaited: paxos.awaited(),
  };
}

export function factsOf({ me, paxos, applier, pending }: ShownParts): ReplicaFacts {
  return {
    next: applier.next,
    peerLag: paxos.doneByPeer().flatMap((done, peer) => {
      if (peer === me) return [];
      const instances = Math.max(0, applier.applied - done);
      return [{ peer, instances, bytes: applier.bytesAbove(done) }];
    }),
    undurableBytes: applier.machine.undurableBytes,
    bounds: pending.bounds,
  };
}
