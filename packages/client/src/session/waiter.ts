/** One write in line. It learns its place at the moment the place is taken for it. */
import type { Session } from './session.ts';

/** A number in a session, to be given back when its reply is no longer awaited. */
export interface Place {
  readonly session: Session;
  readonly number: number;
}

export class Waiter {
  #place: Place | undefined;
  #resolve = (_place: Place) => {};
  #reject = (_error: unknown) => {};
  readonly turn = new Promise<Place>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

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
}
