/**
 * The clock of one node: it may run fast or slow, start anywhere and jump ahead. It always keeps the
 * contract of Clock: it never goes back while a program uses it, and its timers follow its own time.
 */
import type { Clock } from '@paxkv/paxos';

/** How the clock of a node differs from simulated time. */
export interface NodeClockOptions {
  /** How fast it runs relative to the world's time; above 0. Default: 1. */
  readonly rate?: number;
  /** How far it is ahead of the world's time when it is constructed, in milliseconds. Default: 0. */
  readonly offsetMs?: number;
}

interface Timer {
  readonly timeMs: number;
  readonly callback: () => void;
  callOff: () => void;
}

/** The clock of one node, driven by simulated time. */
export class NodeClock implements Clock {
  readonly #world: Clock;
  readonly #timers = new Set<Timer>();
  #rate: number;
  /** The times of the world and of this clock at the last change. The present time is computed from them. */
  #anchorMs: { readonly world: number; readonly own: number };
  /** The time of the last timer that fired. `now` is never below it, whatever rounding yields. */
  #earliestMs = Number.NEGATIVE_INFINITY;

  constructor(world: Clock, { rate = 1, offsetMs = 0 }: NodeClockOptions = {}) {
    this.#world = world;
    this.#rate = checkedRate(rate);
    this.#anchorMs = { world: world.now(), own: world.now() + offsetMs };
  }

  now(): number {
    const passedMs = (this.#world.now() - this.#anchorMs.world) * this.#rate;
    return Math.max(this.#earliestMs, this.#anchorMs.own + passedMs);
  }

  at(time: number, callback: () => void): () => void {
    const timer: Timer = { timeMs: time, callback, callOff: () => {} };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => {
      timer.callOff();
      this.#timers.delete(timer);
    };
  }

  /** Jumps ahead. @throws RangeError for a negative jump. */
  jump(aheadMs: number): void {
    if (!(aheadMs >= 0)) throw new RangeError(`a clock cannot jump by ${aheadMs} ms`);
    this.#reset(this.now() + aheadMs, this.#rate);
  }

  /**
   * Sets the clock to any time, earlier ones included, as after a restart of the machine.
   *
   * @throws TypeError while timers are set: a clock in use does not go back.
   */
  restart(ownMs: number): void {
    if (this.#timers.size > 0) throw new TypeError('cannot reset a clock while timers are set');
    this.#earliestMs = Number.NEGATIVE_INFINITY;
    this.#reset(ownMs, this.#rate);
  }

  /** Runs at this rate from now on. @throws RangeError unless the rate is above 0. */
  setRate(rate: number): void {
    this.#reset(this.now(), checkedRate(rate));
  }

  #reset(ownMs: number, rate: number): void {
    this.#anchorMs = { world: this.#world.now(), own: ownMs };
    this.#rate = rate;
    for (const timer of this.#timers) {
      timer.callOff();
      this.#arm(timer);
    }
  }

  #arm(timer: Timer): void {
    const delayMs = Math.max(0, (timer.timeMs - this.now()) / this.#rate);
    timer.callOff = this.#world.at(this.#world.now() + delayMs, () => {
      this.#timers.delete(timer);
      this.#earliestMs = Math.max(this.#earliestMs, timer.timeMs);
      timer.callback();
    });
  }
}

function checkedRate(rate: number): number {
  if (rate > 0 && Number.isFinite(rate)) return rate;
  throw new RangeError(`a clock cannot run at rate ${rate}`);
}
