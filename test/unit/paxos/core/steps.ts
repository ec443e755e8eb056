/** What the tests of the roles share: chance that stands still, and a step's outbox to look into. */
import type { Ballot, Effects, Envelope, Memory, Message, PeerId, Write } from '@paxkv/paxos/core';
import { noEffects } from '@paxkv/paxos/core';
import { Outbox } from '@paxkv/paxos/internal/core/outbox';
import { RetryDelays } from '@paxkv/paxos/internal/core/timeouts';
import { plainMark } from '../../contracts/plain-mark.ts';

export const evenChance = { next: () => 0.5 };
export const evenDelays = () => new RetryDelays(evenChance);

/** All that was ever written, as a storage tells it. */
export function kept<V>(writes: Iterable<Write<V>> = []): Memory<V> {
  return { state: 'kept', writeIndex: 0, writes };
}

export function ballot(round: number, peer: PeerId): Ballot {
  return { round, peer };
}

/** The outbox of one step of `me` in a group of three, and the effects it collects. */
export function beginStep(me: PeerId = 0): { outbox: Outbox<string>; effects: Effects<string> } {
  const effects = noEffects<string>();
  const seal = (to: PeerId, message: Message<string>) => {
    return { from: me, to, done: -1, min: 0, mark: plainMark(), message };
  };
  return { effects, outbox: new Outbox<string>(seal, effects) };
}

/** Who gets which message, without the rest of the envelope. */
export function mail(envelopes: readonly Envelope<string>[]): [PeerId, Message<string>][] {
  return envelopes.map(({ to, message }) => [to, message]);
}

export function recipients(envelopes: readonly Envelope<string>[]): PeerId[] {
  return envelopes.map(({ to }) => to);
}
