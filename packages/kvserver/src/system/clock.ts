/** The machine's own time, as Paxos and the replica want it. */
import type { Clock } from '@paxkv/paxos';

/** A call back that comes so much too late shows that the process was held up. */
const heldUpMs = 5;

/**
 * Counts from the start of the process. After the process was held up, what has arrived meanwhile is read
 * before anybody is called back: else those whose answers lie unread would be taken for silent.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    let timer: NodeJS.Timeout;
    let reading: NodeJS.Immediate | undefined;
    const arm = () => {
      timer = setTimeout(ring, Math.max(0, time - performance.now()));
    };
    // Timers count whole milliseconds of another clock, and may ring a little before their time.
    const ring = () => {
      const lateMs = performance.now() - time;
      if (lateMs < 0) arm();
      else if (lateMs < heldUpMs) callback();
      else reading = setImmediate(callback);
    };
    arm();
    return () => {
      clearTimeout(timer);
      clearImmediate(reading);
    };
  },
};
