/** Turn: runs one task after the other, and refuses a task if too many wait. */
import { KvError } from '@paxkv/protocol';

export class Turn {
  readonly #waitingCountMax: number;
  #waitingCount = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(waitingCountMax: number) {
    this.#waitingCountMax = waitingCountMax;
  }

  /** Settles as `task` does. @throws KvError `KV_OVERLOADED` if too many tasks wait. */
  async take<T>(task: () => Promise<T>): Promise<T> {
    if (this.#waitingCount >= this.#waitingCountMax) {
      throw new KvError('KV_OVERLOADED', 'Too many tokens wait to be verified; retry later.');
    }
    this.#waitingCount += 1;
    const result = this.#last.then(task, task);
    this.#last = result.catch(() => {});
    try {
      return await result;
    } finally {
      this.#waitingCount -= 1;
    }
  }
}
