/** What the tests of the roles share: chance that stands still, and a step's outbox to look into. */
import type { Ballot, Effects, Envelope, Message, PeerId } from '@paxkv/paxos/core';
import { noEffects } from '@paxkv/paxos/core';
import { Outbox } from '@paxkv/paxos/internal/core/outbox';
import { Patience } from '@paxkv/paxos/internal/core/patience';
import { Retention } from '@paxkv/paxos/internal/core/retention';

export const evenChance = { next: () => 0.5 };
export const evenPatience = new Patience(evenChance);

export function ballot(round: number, peer: PeerId): Ballot {
  return { round, peer };
}

/** The outbox of one step of `me` in a group of three, and the effects it collects. */
export function beginStep(me: PeerId = 0): { outbox: Outbox<string>; effects: Effects<string> } {
  const effects = noEffects<string>();
  return { effects, outbox: new Outbox<string>(me, new Retention(me, 3), effects) };
}

/** Who gets which message, without the rest of the envelope. */
export function mail(envelopes: readonly Envelope<string>[]): [PeerId, Message<string>][] {
  return envelopes.map(({ to, message }) => [to, message]);
}

export function recipients(envelopes: readonly Envelope<string>[]): PeerId[] {
  return envelopes.map(({ to }) => to);
}
