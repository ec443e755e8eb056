/** Work that a test has started and that runs concurrently. */
import type { World } from '@paxkv/simulator';

export class Task<T> {
  readonly result: Promise<T>;
  #isSettled = false;

  constructor(work: () => Promise<T>) {
    this.result = work();
    const settle = () => {
      this.#isSettled = true;
    };
    this.result.then(settle, settle);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** @throws Error if there is no result within `ms`, and any error of the work */
  within(world: World, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`It was not done within ${ms} ms.`));
      const cancel = world.schedule(ms, late);
      this.result.finally(cancel).then(resolve, reject);
    });
  }
}

/** Runs `work` `count` times concurrently, each time with another number from 0. */
export function together<T>(count: number, work: (number: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => work(number)));
}
