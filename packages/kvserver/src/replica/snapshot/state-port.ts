/**
 * How replicas pass a whole state on, for one whose own is lost or too old to go on from. Whoever
 * wants it asks for one page after the other, so a slow receiver is never flooded.
 *
 * ```text
 *   receiver          source
 *      │── Fetch 0 ─────▶│     takes hold of its state as it is now
 *      │◀── Page 0 ──────│
 *      │── Fetch 1 ─────▶│
 *      │◀── Page 1 ──────│     the last one: lets go
 *
 *   To any Fetch the answer may also be
 *      Refused           it has no state to give, or has let go of this one
 * ```
 */
import type { StateRow } from '../../storage/state/row-audit.ts';
import type { Port } from '../port.ts';

export interface Fetch {
  readonly type: 'fetch';
  /** Tells one transfer from others to the same receiver, also over its restarts. */
  readonly transfer: number;
  /** From 0. The one after the last page received, or that one again if no answer came. */
  readonly page: number;
}

export interface Page {
  readonly type: 'page';
  readonly transfer: number;
  readonly page: number;
  /** The highest instance applied in this state; the same on every page. */
  readonly applied: number;
  /** In the order of their keys, each under its own checksum. */
  readonly rows: readonly StateRow[];
  readonly isLast: boolean;
}

export interface Refused {
  readonly type: 'refused';
  readonly transfer: number;
  /** For people, short. */
  readonly reason: string;
}

export type StateMessage = Fetch | Page | Refused;

export type StatePort = Port<StateMessage>;
