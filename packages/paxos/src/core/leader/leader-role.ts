/** What a peer is in an election, and how that is written down and resumed. */
import type { PeerId } from '../ballot.ts';
import { QuorumVotes } from '../quorum.ts';
import { LogPromises } from './log-promises.ts';

export type Role<V> =
  | { readonly name: 'follower' }
  /** Asks whether other peers still see a leader. The answers are not binding, so this disturbs no leader. */
  | { readonly name: 'preCandidate'; readonly id: number; readonly grants: QuorumVotes }
  /** Waits for log promises. */
  | { readonly name: 'candidate'; readonly until: number; readonly promises: LogPromises<V> }
  | LeaderRole<V>;

export interface LeaderRole<V> {
  readonly name: 'leader';
  readonly promises: LogPromises<V>;
  /** When this leader last sent all others a request in place of a heartbeat; −∞ before the first. */
  requestedAt: number;
  /** When it next checks whether a heartbeat is due. */
  checkAt: number;
}

type PromisesSnapshot<V> = ReturnType<LogPromises<V>['snapshot']>;

export type RoleSnapshot<V> =
  | { readonly name: 'follower' }
  | { readonly name: 'preCandidate'; readonly id: number; readonly grants: readonly PeerId[] }
  | {
      readonly name: 'candidate';
      readonly until: number;
      readonly promises: PromisesSnapshot<V>;
    }
  | {
      readonly name: 'leader';
      readonly promises: PromisesSnapshot<V>;
      /** Absent before the first: JSON has no infinity. */
      readonly requestedAt: number | undefined;
      readonly checkAt: number;
    };

export function roleSnapshot<V>(role: Role<V>): RoleSnapshot<V> {
  switch (role.name) {
    case 'follower':
      return role;
    case 'preCandidate':
      return { ...role, grants: role.grants.peers };
    case 'candidate':
      return { ...role, promises: role.promises.snapshot() };
    case 'leader': {
      const { promises, requestedAt, checkAt } = role;
      const requested = Number.isFinite(requestedAt) ? requestedAt : undefined;
      return { name: 'leader', promises: promises.snapshot(), requestedAt: requested, checkAt };
    }
  }
}

export function resumedRole<V>(role: RoleSnapshot<V>, peerCount: number): Role<V> {
  switch (role.name) {
    case 'follower':
      return role;
    case 'preCandidate':
      return { ...role, grants: new QuorumVotes(peerCount, role.grants) };
    case 'candidate':
      return { ...role, promises: LogPromises.resumed<V>(role.promises, peerCount) };
    case 'leader': {
      const { requestedAt = Number.NEGATIVE_INFINITY, checkAt } = role;
      const promises = LogPromises.resumed<V>(role.promises, peerCount);
      return { name: 'leader', promises, requestedAt, checkAt };
    }
  }
}
