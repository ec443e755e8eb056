/** Clients that write without end, and the state that their acknowledged writes amount to at a revision. */
import type { KvClient } from '@paxkv/client';
import type { Entry } from '@paxkv/protocol';

/** An acknowledged write of one key: the value that it had before, and has after it. */
interface Acknowledged {
  readonly revision: number;
  readonly key: string;
  readonly change: (value: string | undefined) => string | undefined;
}

const keyCount = 40;

export class Writers {
  readonly #done: Acknowledged[] = [];
  readonly #running: Promise<void>[];
  #isStopped = false;

  /** Each client writes keys that others write too. */
  constructor(clients: readonly KvClient[]) {
    this.#running = clients.map((client, index) => this.#write(client, index));
  }

  /** The highest revision that was acknowledged. */
  get acknowledged(): number {
    return Math.max(0, ...this.#done.map(({ revision }) => revision));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#running);
  }

  /** Every key after exactly the writes up to this revision. @throws Error if one of them was not acknowledged */
  stateAt(revision: number): Map<string, Omit<Entry, 'value'> & { readonly value: string }> {
    const writes = this.#done.filter((write) => write.revision <= revision);
    writes.sort((a, b) => a.revision - b.revision);
    const state = new Map<string, Omit<Entry, 'value'> & { readonly value: string }>();
    for (const [index, { revision: modRevision, key, change }] of writes.entries()) {
      if (modRevision !== index + 1) throw new Error(`revision ${index + 1} was not acknowledged`);
      const before = state.get(key);
      const value = change(before?.value);
      if (value === undefined) state.delete(key);
      else {
        const { createRevision = modRevision, version = 0 } = before ?? {};
        state.set(key, { value, createRevision, modRevision, version: version + 1 });
      }
    }
    if (writes.length !== revision) throw new Error(`${writes.length} of ${revision} writes`);
    return state;
  }

  async #write(client: KvClient, index: number): Promise<void> {
    for (let count = 0; !this.#isStopped; count += 1) {
      const key = `key ${(count * 7 + index) % keyCount}`;
      const text = `${index}.${count} `;
      const { revision: put } = await client.put(key, text.repeat(50));
      this.#done.push({ revision: put, key, change: () => text.repeat(50) });
      const { revision: appended } = await client.append(key, text);
      this.#done.push({ revision: appended, key, change: (value = '') => value + text });
      const { revision: counted } = await client.increment('counter');
      const change = (value = '0') => `${Number(value) + 1}`;
      this.#done.push({ revision: counted, key: 'counter', change });
      if (count % 5 > 0) continue;
      const { revision, deleted } = await client.delete(key);
      if (deleted) this.#done.push({ revision, key, change: () => undefined });
    }
  }
}
