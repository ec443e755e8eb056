/** Runs actions one after the other. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `action` once every earlier one has settled, and settles as it does. */
  take<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action, action);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
