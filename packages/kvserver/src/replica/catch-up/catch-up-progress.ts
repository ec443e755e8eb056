/** How far a replica has come with what it takes from another one. */
import type { PeerId } from '@paxkv/paxos';

/** What a replica is taking from another one at this moment. */
export interface CatchUpProgress {
  /** `log`: it takes decisions, and serves meanwhile. `state`: it takes a whole state, and does not. */
  readonly tier: 'log' | 'state';
  readonly from: PeerId;
  /** Instances of the log, or rows of the state, that have arrived. */
  readonly received: number;
  /** How many there are, as far as the source knew when it last sent some. */
  readonly total: number;
}
