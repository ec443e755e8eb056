/** What the tests of the roles share: constant randomness, and a step whose effects can be read. */
import type { Ballot, Envelope, Memory, Message, PeerId, Write } from '@paxkv/paxos/core';
import { Step } from '@paxkv/paxos/internal/core/step';
import { RetryDelays } from '@paxkv/paxos/internal/core/timeouts';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';

export const constantRandom = { next: () => 0.5 };
export const constantDelays = () => new RetryDelays(constantRandom);

/** A memory of all these writes. */
export function kept<V>(writes: Iterable<Write<V>> = []): Memory<V> {
  return { state: 'kept', writeIndex: 0, writes };
}

export function ballot(round: number, peer: PeerId): Ballot {
  return { round, peer };
}

/** A step of peer `me`. */
export function beginStep(me: PeerId = 0, now = 0): Step<string> {
  const seal = (to: PeerId, message: Message<string>) => {
    return { from: me, to, ...nothingForgotten, mark: plainMark(), message };
  };
  return new Step<string>(now, seal);
}

/** The receiver and the message of each envelope. */
export function mail(envelopes: readonly Envelope<string>[]): [PeerId, Message<string>][] {
  return envelopes.map(({ to, message }) => [to, message]);
}

export function recipients(envelopes: readonly Envelope<string>[]): PeerId[] {
  return envelopes.map(({ to }) => to);
}
