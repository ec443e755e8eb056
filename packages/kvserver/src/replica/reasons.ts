/** Why a replica does not serve, in words for people. */
import { StateError } from '../state-machine/state-error.ts';
import type { ReplicaStatus } from './replica-options.ts';

/** What a reason may name. */
export interface Circumstances {
  readonly failure: Error | undefined;
  /** Why no state has come from another replica yet. */
  readonly lastTry: string | undefined;
}

export function reasonFor(
  state: ReplicaStatus['state'],
  { failure, lastTry }: Circumstances,
): string | undefined {
  switch (state) {
    case 'joining':
      return 'without memory of its votes, it waits to be admitted by the others and to learn what they decided';
    case 'repairing': {
      const more = lastTry === undefined ? '' : `; ${lastTry}`;
      return `the state is behind the log, and one is being taken from another node${more}`;
    }
    default:
      return failure?.message;
  }
}

/** Of a replica that has no way to take a state from others. */
export function lacksForgotten(applied: number, min: number): StateError {
  return new StateError(
    'STATE_DAMAGED',
    `The state ends at instance ${applied}, and the log begins at ${min}: what lies between is lost ` +
      'here. Restore this node from the others.',
  );
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
