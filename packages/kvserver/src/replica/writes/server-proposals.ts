/**
 * The values that this replica makes by itself and proposes while it leads: raises of the feature level, and the ends
 * of leases. One of each kind is under way at a time. It is lost if another replica comes to lead, and then has to be
 * asked for again.
 */
import type { Bytes } from '@paxkv/protocol';
import { encodeLeaseExpiry, encodeLevelRaise } from '../../state-machine/batch.ts';
import type { ExpiringLease } from '../../state-machine/leases/leases.ts';
import type { Batch, Proposals } from './proposals.ts';

export interface ServerProposalsOptions {
  readonly origin: Batch['origin'];
  readonly proposals: Pick<Proposals, 'has'>;
  /** Called when there may be a value to be taken. */
  readonly onAsked: () => void;
}

export class ServerProposals {
  readonly #options: ServerProposalsOptions;
  readonly #raise: Slot = { last: undefined, next: undefined };
  readonly #expiry: Slot = { last: undefined, next: undefined };

  constructor(options: ServerProposalsOptions) {
    this.#options = options;
  }

  /** Asks to raise the feature level. `incarnation`: for a cluster that has none. */
  raiseLevel(level: number, incarnation?: Bytes): void {
    this.#ask(this.#raise, () => encodeLevelRaise(level, incarnation));
  }

  /** Asks to end these leases, one at least, unless they are renewed before. */
  expireLeases(expiring: readonly ExpiringLease[]): void {
    this.#ask(this.#expiry, () => encodeLeaseExpiry(expiring));
  }

  /** The raise to be proposed now, if this replica leads. */
  takeRaise(isLeading: boolean): Batch | undefined {
    return take(this.#raise, isLeading);
  }

  /** The end of leases to be proposed now, if this replica leads. */
  takeExpiry(isLeading: boolean): Batch | undefined {
    return take(this.#expiry, isLeading);
  }

  #ask(slot: Slot, encode: () => Bytes): void {
    const { origin, proposals, onAsked } = this.#options;
    if (slot.last !== undefined && proposals.has(slot.last)) return;
    slot.last = { origin, value: encode() };
    slot.next = slot.last;
    onAsked();
  }
}

/** The value that was proposed last, and the one to be proposed next. */
interface Slot {
  last: Batch | undefined;
  next: Batch | undefined;
}

function take(slot: Slot, isLeading: boolean): Batch | undefined {
  const taken = isLeading ? slot.next : undefined;
  slot.next = undefined;
  return taken;
}
