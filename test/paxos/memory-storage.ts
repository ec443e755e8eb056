/** A storage that lasts as long as its process: the latest write of each kind for each instance. */
import type { Memory, Storage, Write } from '@paxkv/paxos';

export class MemoryStorage<V> implements Storage<V> {
  /** The latest write of each kind that is not about one instance. */
  readonly #general = new Map<string, Write<V>>();
  readonly #instances = new Map<number, Map<string, Write<V>>>();

  #turn = 0;

  async load(): Promise<Memory<V>> {
    const instances = [...this.#instances.values()].flatMap((writes) => [...writes.values()]);
    const writes = structuredClone([...this.#general.values(), ...instances]);
    return { state: 'kept', writeIndex: this.#turn, writes };
  }

  async write(writes: readonly Write<V>[]): Promise<void> {
    this.#turn += 1;
    for (const write of writes) this.#keep(structuredClone(write));
  }

  async close(): Promise<void> {}

  #keep(write: Write<V>): void {
    switch (write.type) {
      case 'reserved':
      case 'logPromised':
      case 'incarnation':
      case 'peerRecords':
        this.#general.set(write.type, write);
        return;
      case 'forgotten':
        this.#general.set(write.type, write);
        for (const seq of this.#instances.keys()) {
          if (seq < write.min) this.#instances.delete(seq);
        }
        return;
      case 'promised':
      case 'accepted':
      case 'decided':
        this.#keepLast(write.seq, write);
    }
  }

  /** Moves the write behind all others of its instance, so that loading keeps their order. */
  #keepLast(seq: number, write: Write<V>): void {
    const writes = this.#instances.get(seq) ?? new Map<string, Write<V>>();
    writes.delete(write.type);
    this.#instances.set(seq, writes.set(write.type, write));
  }
}
