/** A client that records every call in a history, with the outcome that an error states. */
import { commands, KvError } from '@paxkv/protocol';
import type { OperationName, Value } from './operation.ts';
import type { Pending, RecorderClient } from './recorder.ts';

/** The part of `KvClient` that can be recorded; tests may substitute it. */
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
 * Makes one call at a time; a second one before the first has ended is a `TypeError`. Several instances
 * may share a `KvClient`, each with its own `recorder.client()`, and then run calls concurrently. Errors
 * are rethrown unchanged.
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
    const { value } = await hear('get', pending, async () => {
      const entry = await this.#store.getEntry(key);
      if (entry === undefined) return { value: undefined };
      return { value: entry.value, revision: entry.modRevision };
    });
    return value;
  }

  async put(key: string, value: string): Promise<void> {
    await hear('put', this.#recorder.put(key, value), () => this.#store.put(key, value));
  }

  async append(key: string, value: string): Promise<void> {
    await hear('append', this.#recorder.append(key, value), () => this.#store.append(key, value));
  }

  /** Whether the key was there. */
  async delete(key: string): Promise<boolean> {
    const reply = await hear('delete', this.#recorder.delete(key), () => this.#store.delete(key));
    return reply.deleted;
  }

  /** The counter after it, in decimal. */
  async increment(key: string, by: number): Promise<string> {
    const { value } = await hear('increment', this.#recorder.increment(key, by), async () => {
      const reply = await this.#store.increment(key, by);
      return { revision: reply.revision, value: String(reply.value) };
    });
    return value;
  }
}

async function hear<A, R extends A>(
  name: OperationName,
  pending: Pending<A>,
  ask: () => Promise<R>,
): Promise<R> {
  let reply: R;
  try {
    reply = await ask();
  } catch (error) {
    if (isNotDone(name, error)) pending.fail(codeOf(error));
    else pending.info(codeOf(error));
    throw error;
  }
  pending.ok(reply);
  return reply;
}

/** A command that only reads has done nothing, whatever became of its reply. */
function isNotDone(name: OperationName, error: unknown): boolean {
  const isHarmless = commands[name].outcomeIfLost === 'not done';
  return isHarmless || (error instanceof KvError && error.outcome === 'not done');
}

function codeOf(error: unknown): string {
  if (error instanceof KvError) return error.code;
  return error instanceof Error ? error.name : String(error);
}
