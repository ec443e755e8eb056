/** A single timer on a host's clock. */
import type { Clock } from './environment.ts';

export class WakeTimer {
  readonly #clock: Clock;
  readonly #onWake: () => void;
  #alarm: { readonly time: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, onWake: () => void) {
    this.#clock = clock;
    this.#onWake = onWake;
  }

  /** Wakes at `time`. An earlier alarm stays set: its wake finds nothing to do, and sets the timer again. */
  set(time: number): void {
    if (this.#alarm && this.#alarm.time <= time) return;
    this.#alarm?.cancel();
    const cancel = this.#clock.at(time, () => {
      this.#alarm = undefined;
      this.#onWake();
    });
    this.#alarm = { time, cancel };
  }

  cancel(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }
}
