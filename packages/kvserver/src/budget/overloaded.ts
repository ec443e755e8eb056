import { KvError } from '@paxkv/protocol';

/** When a client may send again what was refused: about as long as a full queue takes to empty. */
const retryAfterMs = 200;

/** A request over a bound, or over its client's share of it. *Not done.* `reason` begins with the name of the bound. */
export function overloaded(reason: string): KvError {
  return new KvError('KV_OVERLOADED', `${reason}; retry later.`, { retryAfterMs });
}
