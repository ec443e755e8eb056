/** Several threads that run seeds. Results come in the order of the seeds. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SeedResult } from '../run-seed.ts';
import type { Narrowing } from '../schedule/narrow.ts';
import type { Task, TaskEnd } from './task.ts';

export class Workers {
  readonly #workers: readonly Worker[];
  readonly #idle: Worker[];
  readonly #waiting: ((worker: Worker) => void)[] = [];

  constructor(count: number) {
    const file = new URL('./worker.js', import.meta.url);
    this.#workers = Array.from({ length: count }, () => new Worker(file));
    this.#idle = [...this.#workers];
  }

  /** @throws Error if a thread ends or fails. */
  async *run(seeds: readonly number[], narrowing: Narrowing = {}): AsyncIterable<SeedResult> {
    const results = seeds.map((seed) => this.#run({ seed, narrowing }));
    // The caller awaits them one by one and gets the first failure only.
    for (const result of results) result.catch(() => {});
    yield* results;
  }

  /** Resolves when a thread is free. @throws Error as `run` does. */
  runOne(seed: number, narrowing: Narrowing): Promise<SeedResult> {
    return this.#run({ seed, narrowing });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  async #run(task: Task): Promise<SeedResult> {
    const worker = this.#idle.shift() ?? (await this.#nextIdle());
    const result = await runOn(worker, task);
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
    return result;
  }

  #nextIdle(): Promise<Worker> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}

async function runOn(worker: Worker, task: Task): Promise<SeedResult> {
  worker.postMessage(task);
  const [end]: TaskEnd[] = await once(worker, 'message');
  if (end?.name === 'result') return end.result;
  throw new Error(`seed ${task.seed} could not be run: ${end?.message}`);
}
