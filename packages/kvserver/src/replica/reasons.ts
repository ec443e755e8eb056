/** Explains for operators why a replica does not serve. */
import type { PeerId } from '@paxkv/paxos';
import type { ReplicaStatus } from './replica-options.ts';

export interface ReasonDetails {
  readonly failure: Error | undefined;
  /** The replicas whose answer is awaited; see `ReplicaStatus.awaited`. */
  readonly awaited: readonly PeerId[];
  /** Why no state has arrived from another replica yet. */
  readonly lastAttempt: string | undefined;
}

export function reasonFor(
  state: ReplicaStatus['state'],
  { failure, lastAttempt, awaited }: ReasonDetails,
): string | undefined {
  switch (state) {
    case 'joining':
      return joiningReason(awaited);
    case 'repairing': {
      const more = lastAttempt === undefined ? '' : `; ${lastAttempt}`;
      return `its state is behind the log, and a newer one is being taken from another node${more}`;
    }
    default:
      return failure?.message;
  }
}

function joiningReason(awaited: readonly PeerId[]): string {
  const why =
    'a new cluster begins once all of its nodes have met, and a node that lost its votes returns once it has met ' +
    'a majority that has not';
  // Once admitted, it still has to apply what was decided before.
  if (awaited.length === 0) return 'it is catching up with what was decided while it had no memory';
  return `it is waiting to meet ${nodesText(awaited)}: ${why}`;
}

/** `node 2`, `nodes 1 and 2`, `nodes 1, 2 and 4`. */
export function nodesText(nodes: readonly PeerId[]): string {
  const last = nodes.at(-1);
  if (nodes.length < 2) return `node ${last}`;
  return `nodes ${nodes.slice(0, -1).join(', ')} and ${last}`;
}

export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
