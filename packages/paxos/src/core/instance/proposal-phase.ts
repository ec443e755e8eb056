/** The phases of a proposal, and how each is written down and resumed. Paxos Made Simple §2.2. */
import type { Ballot, PeerId, Vote } from '../ballot.ts';
import { QuorumVotes } from '../quorum.ts';

export type Phase<V> =
  | Requesting<V>
  /** Waits before the next ballot, which goes above `seen`. */
  | { readonly name: 'backingOff'; seen: Ballot };

/** Waits for answers to a request. */
export type Requesting<V> = Preparing<V> | Accepting<V>;

export interface Preparing<V> {
  readonly name: 'preparing';
  readonly ballot: Ballot;
  readonly promises: QuorumVotes;
  highestVote: Vote<V> | undefined;
}

export interface Accepting<V> {
  readonly name: 'accepting';
  readonly ballot: Ballot;
  readonly value: V;
  readonly votes: QuorumVotes;
  /** When the votes were first asked for. */
  readonly sentAt: number;
}

/** A phase with the peers that answered. */
export type PhaseSnapshot<V> =
  | (Omit<Preparing<V>, 'promises'> & { readonly answers: PeerId[] })
  | (Omit<Accepting<V>, 'votes'> & { readonly answers: PeerId[] })
  | Extract<Phase<V>, { name: 'backingOff' }>;

export function phaseSnapshot<V>(phase: Phase<V>): PhaseSnapshot<V> {
  switch (phase.name) {
    case 'preparing': {
      const { promises, ...rest } = phase;
      return { ...rest, answers: promises.peers };
    }
    case 'accepting': {
      const { votes, ...rest } = phase;
      return { ...rest, answers: votes.peers };
    }
    case 'backingOff':
      return { ...phase };
  }
}

export function resumedPhase<V>(phase: PhaseSnapshot<V>, peerCount: number): Phase<V> {
  switch (phase.name) {
    case 'preparing': {
      const { ballot, answers, highestVote } = phase;
      const promises = new QuorumVotes(peerCount, answers);
      return { name: 'preparing', ballot, promises, highestVote };
    }
    case 'accepting': {
      const { ballot, answers, value, sentAt } = phase;
      const votes = new QuorumVotes(peerCount, answers);
      return { name: 'accepting', ballot, value, votes, sentAt };
    }
    case 'backingOff':
      return { ...phase };
  }
}
