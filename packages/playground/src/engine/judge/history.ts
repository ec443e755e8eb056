/**
 * Judges a history of puts and gets: is there, for each key, one order of its calls that respects real time
 * and explains every answer to a client? Herlihy and Wing, 1990. A call without an answer may have
 * taken effect at any time, or not at all.
 */
import type { ClientCall } from '../world/witness.ts';

export interface CallRecord extends ClientCall {
  readonly calledMs: number;
  /** When the call was answered. Absent while the client waits; for ever if the peer crashed. */
  readonly answeredMs: number | undefined;
  /** The answer to a get; `undefined` for an absent key. */
  readonly result: string | undefined;
  /** The code of the error that the client got instead of an answer. The call may have taken effect. */
  readonly failure?: string;
}

/** Returns a key whose calls no order explains, if there is one. */
export function findViolation(calls: readonly CallRecord[]): string | undefined {
  const keys = new Set(calls.map(({ key }) => key));
  return [...keys].find((key) => !isLinearizable(calls.filter((call) => call.key === key)));
}

function isLinearizable(calls: readonly CallRecord[]): boolean {
  const relevant = calls.filter((call) => call.type === 'put' || call.answeredMs !== undefined);
  return canOrder(relevant, undefined, new Set());
}

/** Whether the calls can be put in one order, if the key holds `value` before the first. */
function canOrder(
  calls: readonly CallRecord[],
  value: string | undefined,
  deadEnds: Set<string>,
): boolean {
  if (calls.every(({ answeredMs }) => answeredMs === undefined)) return true;
  const place = `${calls.map(({ id }) => id).join()} ${value}`;
  if (deadEnds.has(place)) return false;
  const earliestEnd = Math.min(...calls.map(({ answeredMs }) => answeredMs ?? Infinity));
  for (const call of calls) {
    if (call.calledMs > earliestEnd) continue;
    if (call.type === 'get' && call.result !== value) continue;
    const next = call.type === 'put' ? call.value : value;
    const rest = calls.filter((each) => each !== call);
    if (canOrder(rest, next, deadEnds)) return true;
  }
  deadEnds.add(place);
  return false;
}
