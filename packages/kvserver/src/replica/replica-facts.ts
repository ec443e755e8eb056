/** What metrics show of a replica besides its status. */
import type { Paxos } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Applier } from './apply/applier.ts';
import type { BoundUse } from './requests/admission.ts';
import type { PendingRequests } from './requests/pending-requests.ts';

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

export function factsOf(
  me: number,
  paxos: Pick<Paxos<Bytes>, 'doneByPeer'>,
  applier: Pick<Applier, 'applied' | 'next' | 'bytesAbove' | 'machine'>,
  { bounds }: Pick<PendingRequests, 'bounds'>,
): ReplicaFacts {
  return {
    next: applier.next,
    peerLag: paxos.doneByPeer().flatMap((done, peer) => {
      if (peer === me) return [];
      const instances = Math.max(0, applier.applied - done);
      return [{ peer, instances, bytes: applier.bytesAbove(done) }];
    }),
    undurableBytes: applier.machine.undurableBytes,
    bounds,
  };
}
