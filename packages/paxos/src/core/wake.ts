/** When the roles act without being told to, and what they do then. */
import type { Roles } from './roles.ts';
import type { Step } from './step.ts';
import { earliest } from './timeouts.ts';

/** When a role next wants to act, in milliseconds of the clock given to steps; absent if none does. */
export function wakeAtOf<V>({
  agreement,
  leader,
  participation,
  quorumRead,
}: Roles<V>): number | undefined {
  return earliest([
    agreement.wakeAt(),
    participation.wakeAt(),
    quorumRead.wakeAt(),
    participation.isMember ? leader.wakeAt() : undefined,
  ]);
}

/** Every role does what is due. */
export function wakeRoles<V>(roles: Roles<V>, step: Step<V>): void {
  const { agreement, election, leader, participation, quorumRead } = roles;
  participation.wake(step);
  agreement.wake(step);
  quorumRead.wake(step);
  if (!participation.isMember) return;
  election.wake(step);
  leader.start(step.now);
}
