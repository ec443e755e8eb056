/**
 * The raise of the feature level that this replica proposes while it leads. It is lost if another replica comes to
 * lead, and then has to be asked for again.
 */
import type { Bytes } from '@paxkv/protocol';
import { encodeLevelRaise } from '../../state-machine/batch.ts';
import type { Batch, Proposals } from './proposals.ts';

export class RaiseProposal {
  readonly #origin: Batch['origin'];
  readonly #proposals: Pick<Proposals, 'has'>;
  /** The raise that was proposed last, and the one to be proposed next. */
  #last: Batch | undefined;
  #next: Batch | undefined;

  constructor(origin: Batch['origin'], proposals: Pick<Proposals, 'has'>) {
    this.#origin = origin;
    this.#proposals = proposals;
  }

  /** Asks for a raise, unless one is under way. `incarnation`: for a cluster that has none. */
  ask(level: number, incarnation: Bytes | undefined): void {
    if (this.#last !== undefined && this.#proposals.has(this.#last)) return;
    this.#last = { origin: this.#origin, value: encodeLevelRaise(level, incarnation) };
    this.#next = this.#last;
  }

  /** The raise to be proposed now, if this replica leads. */
  take(isLeading: boolean): Batch | undefined {
    const raise = isLeading ? this.#next : undefined;
    this.#next = undefined;
    return raise;
  }
}
