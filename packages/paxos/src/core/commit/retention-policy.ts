/**
 * Retention policy: how far apart the peers may drift before they forget decisions that some of them still
 * lack. It decides how much is kept in memory, and never what is agreed on.
 */

/** How much of the decided log a peer keeps in memory for peers that are away. */
export type RetentionPolicy<V> =
  /** Everything that any peer may still need, however long it is away. */
  { readonly type: 'everyPeer' } | QuorumRetention<V>;

/**
 * What not every peer is done with is kept up to a budget. Below the budget it is forgotten as soon as a
 * quorum is done with it. A peer that was away for longer needs the state of another host.
 */
export interface QuorumRetention<V> {
  readonly type: 'quorum';
  /** How many decisions are kept, from 1. */
  readonly instances: number;
  /** How many bytes of decided values are kept, from 1. */
  readonly bytes: number;
  /** The size of a value in bytes, from 0. It must return the same for the same value each time. */
  sizeOf(value: V): number;
}

/** The decisions that a peer holds in memory. */
export interface Retained {
  readonly instances: number;
  /** The bytes of their values; 0 if the policy does not measure them. */
  readonly bytes: number;
}

/** @throws TypeError if a number of `policy` is out of its range. */
export function expectValidPolicy<V>(policy: RetentionPolicy<V>): void {
  if (policy.type === 'everyPeer') return;
  for (const [name, count] of Object.entries({
    instances: policy.instances,
    bytes: policy.bytes,
  })) {
    if (Number.isSafeInteger(count) && count >= 1) continue;
    throw new TypeError(`${name} to retain must be an integer from 1, not ${count}`);
  }
}
