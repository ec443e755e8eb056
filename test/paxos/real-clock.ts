/** Real time, from an arbitrary start. */
import { performance } from 'node:perf_hooks';
import type { Clock } from '@paxkv/paxos';

export class RealClock implements Clock {
  now(): number {
    return performance.now();
  }

  at(time: number, callback: () => void): () => void {
    let timer: NodeJS.Timeout;
    // A timer may fire a little early: it is then set again for the rest.
    const arm = () => {
      timer = setTimeout(() => (this.now() < time ? arm() : callback()), time - this.now());
    };
    arm();
    return () => clearTimeout(timer);
  }
}
