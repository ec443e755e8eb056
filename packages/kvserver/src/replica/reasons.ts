/** Explains for operators why a replica does not serve. */
import type { ReplicaStatus } from './replica-options.ts';

export interface ReasonDetails {
  readonly failure: Error | undefined;
  /** Why no state has arrived from another replica yet. */
  readonly lastAttempt: string | undefined;
}

export function reasonFor(
  state: ReplicaStatus['state'],
  { failure, lastAttempt }: ReasonDetails,
): string | undefined {
  switch (state) {
    case 'joining':
      return 'it has no memory of its votes and waits until a quorum of the others has admitted it';
    case 'repairing': {
      const more = lastAttempt === undefined ? '' : `; ${lastAttempt}`;
      return `its state is behind the log, and a newer one is being taken from another node${more}`;
    }
    default:
      return failure?.message;
  }
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
