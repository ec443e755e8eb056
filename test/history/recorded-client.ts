/** A client whose every call goes into a history, with what its errors say of the outcome. */
import { KvError } from '@paxkv/client';
import type { Value } from './operation.ts';
import type { Pending, RecorderClient } from './recorder.ts';

/** What is recorded of a store: `KvClient` has it, and so may a substitute. */
export interface Store {
  getEntry(
    key: string,
  ): Promise<{ readonly value: string; readonly modRevision: number } | undefined>;
  put(key: string, value: string): Promise<{ readonly revision: number }>;
  append(
    key: string,
    value: string,
  ): Promise<{ readonly revision: number; readonly length: number }>;
  delete(key: string): Promise<{ readonly revision: number; readonly deleted: boolean }>;
  increment(
    key: string,
    by: number,
  ): Promise<{ readonly revision: number; readonly value: bigint }>;
}

/**
 * Makes one call at a time; a second one before the first has ended is a `TypeError`. Several of these
 * may share a `KvClient`, each with its own `recorder.client()`, and then have calls under way at once.
 * Errors reach the caller as they are.
 *
 * @example
 * ```ts
 * const client = new RecordedClient(kvClient, recorder.client());
 * await client.append('log', 'x');
 * ```
 */
export class RecordedClient {
  readonly #store: Store;
  readonly #recorder: RecorderClient;

  constructor(store: Store, recorder: RecorderClient) {
    this.#store = store;
    this.#recorder = recorder;
  }

  async get(key: string): Promise<Value> {
    const pending = this.#recorder.get(key);
    try {
      const entry = await this.#store.getEntry(key);
      const revision = entry === undefined ? {} : { revision: entry.modRevision };
      pending.ok({ value: entry?.value, ...revision });
      return entry?.value;
    } catch (error) {
      // It did nothing, whatever became of its answer.
      pending.fail(codeOf(error));
      throw error;
    }
  }

  async put(key: string, value: string): Promise<void> {
    await hear(this.#recorder.put(key, value), () => this.#store.put(key, value));
  }

  async append(key: string, value: string): Promise<void> {
    await hear(this.#recorder.append(key, value), () => this.#store.append(key, value));
  }

  /** Whether the key was there. */
  async delete(key: string): Promise<boolean> {
    const reply = await hear(this.#recorder.delete(key), () => this.#store.delete(key));
    return reply.deleted;
  }

  /** The counter after it, in decimal. */
  async increment(key: string, by: number): Promise<string> {
    const { value } = await hear(this.#recorder.increment(key, by), async () => {
      const reply = await this.#store.increment(key, by);
      return { revision: reply.revision, value: String(reply.value) };
    });
    return value;
  }
}

async function hear<A, R extends A>(pending: Pending<A>, write: () => Promise<R>): Promise<R> {
  let reply: R;
  try {
    reply = await write();
  } catch (error) {
    if (error instanceof KvError && error.outcome === 'not done') pending.fail(error.code);
    else pending.info(codeOf(error));
    throw error;
  }
  pending.ok(reply);
  return reply;
}

function codeOf(error: unknown): string {
  if (error instanceof KvError) return error.code;
  return error instanceof Error ? error.name : String(error);
}
