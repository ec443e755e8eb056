/** The machine's own time, as Paxos and the replica want it. */
import type { Clock } from '@paxkv/paxos';

/** Counts from the start of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    const timer = setTimeout(callback, Math.max(0, time - performance.now()));
    return () => clearTimeout(timer);
  },
};
