/**
 * Forgetting: what a peer does when an envelope tells how far its sender has come, and when the floor or its
 * own `min` has risen. The rules that raise them are in `truncation.ts`.
 */
import type { Envelope } from '../messages/envelope.ts';
import type { Roles } from '../roles.ts';
import type { Step } from '../step.ts';

/** Takes in what an envelope tells, which must be of the present incarnation of its sender. */
export function observeForgetting<V>(
  { from, to, done, floor, min, everyPeerMin, stateEpoch }: Envelope<V>,
  {
    catchUp,
    participation,
    truncation,
  }: Pick<Roles<V>, 'catchUp' | 'participation' | 'truncation'>,
): void {
  const age = from === to ? 'same' : participation.observeState(from, stateEpoch);
  if (age === 'newer') truncation.forgetDoneOf(from);
  // Safety: what a host was done with before it lost its state may be gone.
  truncation.observe(from, { done: age === 'older' ? -1 : done, floor, everyPeerMin });
  catchUp.observe(from, min);
}

/** Ends the proposals below the floor, and frees what has fallen below `min` since it was `minBefore`. */
export function forgetSince<V>(
  minBefore: number,
  { agreement, truncation }: Pick<Roles<V>, 'agreement' | 'truncation'>,
  step: Step<V>,
): void {
  const { min, everyPeerMin } = truncation;
  agreement.releaseBelow(agreement.proposalFloor);
  if (min === minBefore) return;
  const forgotten = agreement.forgetBelow(min);
  step.note({ type: 'forgotten', min });
  step.truncate(forgotten.filter(({ seq }) => seq >= everyPeerMin));
}
