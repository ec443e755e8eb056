/** Player: advances a run or a recording with the time of the page, at a selectable speed. */
import type { Timeline } from '../engine/timeline/timeline.ts';

/** Milliseconds of simulated time per second of the page. */
export const speeds = [5, 20, 100, 1000] as const;

export type Speed = (typeof speeds)[number];

/** Most moments in one frame of the page. */
const momentCountMax = 400;

export type Advance = 'goes on' | 'quiet' | 'interrupted';

export class Player {
  speed: Speed = 20;
  /** The simulated time that is shown, between the shown moment and the next one. */
  #shownMs = 0;

  get shownMs(): number {
    return this.#shownMs;
  }

  /** Shows the time of the frame itself. */
  reset({ frame }: Timeline): void {
    this.#shownMs = frame.timeMs;
  }

  /** Advances by `pageMs` of the page. `onMoment` is called at each moment; if it returns false, this ends. */
  async advance(session: Timeline, pageMs: number, onMoment: () => boolean): Promise<Advance> {
    const targetMs = this.#target(session, pageMs);
    for (let count = 0; count < momentCountMax; count += 1) {
      const { nextMs } = session;
      if (nextMs === undefined) {
        this.reset(session);
        return 'quiet';
      }
      if (nextMs > targetMs) break;
      if (!(await session.step())) return 'quiet';
      if (!onMoment()) {
        this.reset(session);
        return 'interrupted';
      }
    }
    const latestMs = Math.min(targetMs, session.nextMs ?? targetMs);
    this.#shownMs = Math.max(session.frame.timeMs, latestMs);
    return 'goes on';
  }

  /** The time to advance to. Times in which nothing visible happens are skipped. */
  #target({ frame, nextMs }: Timeline, pageMs: number): number {
    const isStill =
      frame.flights.length === 0 && frame.peers.every(({ disk }) => disk.pending.length === 0);
    const targetMs = this.#shownMs + (pageMs / 1000) * this.speed;
    return isStill && nextMs !== undefined ? Math.max(nextMs, targetMs) : targetMs;
  }
}
