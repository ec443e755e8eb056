/** The machine's own time, as Paxos and the replica want it. */
import type { Clock } from '@paxkv/paxos';

/** Counts from the start of the process. */
export const systemClock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      timer = setTimeout(ring, Math.max(0, time - performance.now()));
    };
    // Timers count whole milliseconds of another clock, and may ring a little before their time.
    const ring = () => (performance.now() < time ? arm() : callback());
    arm();
    return () => clearTimeout(timer);
  },
};
