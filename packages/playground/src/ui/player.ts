/** Player: lets a session go on in the time of the page, at a speed that can be chosen. */
import type { Session } from '../engine/timeline/session.ts';

/** Milliseconds of the world in a second of the page. */
export const speeds = [5, 20, 100, 1000] as const;

export type Speed = (typeof speeds)[number];

/** Moments in one frame of the page. */
const momentCountMax = 400;

export type Advance = 'goes on' | 'quiet' | 'interrupted';

export class Player {
  speed: Speed = 20;
  /** The time that is shown: between the moment looked at and the next. */
  #shownMs = 0;

  get shownMs(): number {
    return this.#shownMs;
  }

  /** Shows the moment looked at, and no time after it. */
  reset({ frame }: Session): void {
    this.#shownMs = frame.timeMs;
  }

  /** Goes on for `pageMs` of the page. `onMoment` sees each moment, and may end it by giving back false. */
  async advance(session: Session, pageMs: number, onMoment: () => boolean): Promise<Advance> {
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

  /** A time in which nothing can be seen to happen is skipped. */
  #target({ frame, nextMs }: Session, pageMs: number): number {
    const isStill =
      frame.flights.length === 0 && frame.peers.every(({ disk }) => disk.pending.length === 0);
    const targetMs = this.#shownMs + (pageMs / 1000) * this.speed;
    return isStill && nextMs !== undefined ? Math.max(nextMs, targetMs) : targetMs;
  }
}
