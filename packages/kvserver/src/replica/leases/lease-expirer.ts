/**
 * Ends leases that were not renewed in time. Only the leader does, by proposing it, and every replica applies it at
 * its place in the log.
 * Rule: no lease ends before its whole time to live has passed at one leader, from the moment at which that server
 * came to lead or applied the latest renewal.
 */
import type { Clock, Paxos, PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Leases } from '../../state-machine/leases/leases.ts';
import type { ServerProposals } from '../writes/server-proposals.ts';
import { LeaseDeadlines } from './lease-deadlines.ts';

/** Time between two looks while there are leases. */
export const expiryCheckDelayMs = 100;

export interface LeaseExpirerOptions {
  readonly me: PeerId;
  readonly clock: Clock;
  readonly paxos: Pick<Paxos<Bytes>, 'leader'>;
  readonly writes: Pick<ServerProposals, 'expireLeases'>;
  /** The state here, whose machine is another one when the state was replaced. */
  readonly applier: { readonly machine: { readonly leases: Leases } };
}

export class LeaseExpirer {
  readonly #options: LeaseExpirerOptions;
  /** The leases that are watched, and their deadlines, while this replica leads. */
  #watched: Leases | undefined;
  #deadlines = new LeaseDeadlines(0);
  #cancel: (() => void) | undefined;

  constructor(options: LeaseExpirerOptions) {
    this.#options = options;
  }

  /** The known leader changed, or the state was replaced: what was known of the time that has passed is void. */
  restart(): void {
    this.stop();
    const { me, clock, paxos, applier } = this.#options;
    if (paxos.leader() !== me) return;
    this.#deadlines = new LeaseDeadlines(clock.now());
    this.#watched = applier.machine.leases;
    // Safety: the leader before may have renewed any lease just now, so each has its whole time again.
    for (const lease of this.#watched) this.#deadlines.begin(lease, clock.now());
    this.#watched.listener = {
      onBegun: (lease) => {
        this.#deadlines.begin(lease, clock.now());
        this.#schedule();
      },
      onEnded: (id) => this.#deadlines.forget(id),
    };
    this.#schedule();
  }

  /** Proposes to end what is due, if this replica leads. */
  check(): void {
    const { clock, writes } = this.#options;
    if (this.#watched === undefined || !this.#deadlines.hasDue(clock.now())) return;
    writes.expireLeases(this.#deadlines.due(clock.now()));
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#watched !== undefined) this.#watched.listener = undefined;
    this.#watched = undefined;
  }

  #schedule(): void {
    if (this.#cancel !== undefined || this.#deadlines.count === 0) return;
    const { clock } = this.#options;
    this.#cancel = clock.at(clock.now() + expiryCheckDelayMs, () => {
      this.#cancel = undefined;
      this.check();
      this.#schedule();
    });
  }
}
