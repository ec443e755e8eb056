/** The clock of the system, in the form that Paxos and the replica use. */
import type { Clock } from '@paxkv/paxos';

/** A timer that fires this late shows that the process was blocked. */
const blockedMs = 5;

/**
 * Milliseconds since the start of the process. After the process was blocked, it reads input before it calls
 * back. Otherwise peers whose answers wait to be read would count as silent.
 */
export const systemClock: Clock = {
  now: () => performance.now(),
  at(time, callback) {
    let timer: NodeJS.Timeout;
    let reading: NodeJS.Immediate | undefined;
    const arm = () => {
      timer = setTimeout(fire, Math.max(0, time - performance.now()));
    };
    // Timers have a resolution of a millisecond and use another clock, so they may fire slightly early.
    const fire = () => {
      const lateMs = performance.now() - time;
      if (lateMs < 0) arm();
      else if (lateMs < blockedMs) callback();
      else reading = setImmediate(callback);
    };
    arm();
    return () => {
      clearTimeout(timer);
      clearImmediate(reading);
    };
  },
};
