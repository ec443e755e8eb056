/**
 * The clock of one node: it may run fast or slow, start anywhere and jump ahead. It keeps the contract
 * of Clock throughout: it never goes back while a program uses it, and timers follow its own time.
 */
import type { Clock } from '@paxkv/paxos';

/** How the clock of a node differs from simulated time. */
export interface NodeClockOptions {
  /** How fast it runs against the world's time; 1 by default, above 0. */
  readonly rate?: number;
  /** What it shows more than the world's time when it is made; 0 by default. */
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
  /** From here on this clock is counted: the world's time and its own at that moment. */
  #anchorMs: { readonly world: number; readonly own: number };
  /** A timer that has gone off proves that its time has come, whatever rounding says. */
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

  /** Moves ahead at once. @throws RangeError for a step back. */
  jump(aheadMs: number): void {
    if (!(aheadMs >= 0)) throw new RangeError(`A clock cannot jump by ${aheadMs} ms.`);
    this.#reset(this.now() + aheadMs, this.#rate);
  }

  /**
   * Shows any time, earlier ones included, as after a restart of the machine.
   *
   * @throws TypeError while somebody has a timer: a clock in use does not go back.
   */
  restart(ownMs: number): void {
    if (this.#timers.size > 0) throw new TypeError('This clock is in use.');
    this.#earliestMs = Number.NEGATIVE_INFINITY;
    this.#reset(ownMs, this.#rate);
  }

  /** From now on it runs at this rate. @throws RangeError unless above 0. */
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
  throw new RangeError(`A clock cannot run at rate ${rate}.`);
}
