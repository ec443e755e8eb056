/** One write in line. It learns its place at the moment the place is taken for it. */
import type { Interruptible } from '../retry/call-deadline.ts';
import type { Timed } from '../retry/deadlines.ts';
import type { Place } from './session.ts';

export class Waiter implements Timed, Interruptible {
  readonly due: number;
  deadlinePlace = -1;
  #place: Place | undefined;
  #resolve = (_place: Place | undefined) => {};
  #reject = (_error: unknown) => {};
  /** `undefined` if it has waited in vain. */
  readonly turn = new Promise<Place | undefined>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  constructor(due: number) {
    this.due = due;
  }

  /** Set at once by `admit`, before whoever awaits `turn` runs. */
  get place(): Place | undefined {
    return this.#place;
  }

  admit(place: Place): void {
    this.#place = place;
    this.#resolve(place);
  }

  refuse(error: unknown): void {
    this.#reject(error);
  }

  overdue(): void {
    this.#resolve(undefined);
  }

  callOff(): void {
    this.#resolve(undefined);
  }
}
