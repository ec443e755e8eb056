/** What a simulated disk holds: every write in order, except those that a later one makes redundant. */
import type { Write } from '@paxkv/paxos';

interface Entry<V> {
  readonly order: number;
  readonly write: Write<V>;
}

export class Journal<V> {
  readonly #instances = new Map<number, Entry<V>[]>();
  /** Each write of these types replaces all earlier ones of its type. */
  readonly #general = new Map<Write<V>['type'], Entry<V>>();
  #min = 0;
  #order = 0;

  append(writes: readonly Write<V>[]): void {
    for (const write of writes) {
      this.#append(write);
      this.#order += 1;
    }
  }

  contents(): Write<V>[] {
    const entries = [...this.#general.values(), ...[...this.#instances.values()].flat()];
    return entries.sort((a, b) => a.order - b.order).map(({ write }) => write);
  }

  #append(write: Write<V>): void {
    const entry = { order: this.#order, write };
    switch (write.type) {
      case 'reserved':
      case 'logPromised':
      case 'incarnation':
      case 'peerRecords':
        this.#general.set(write.type, entry);
        break;
      case 'forgotten':
        this.#general.set(write.type, entry);
        this.#prune(write.min);
        break;
      default:
        if (write.seq >= this.#min) this.#addTo(write.seq, entry);
    }
  }

  #addTo(seq: number, entry: Entry<V>): void {
    const entries = this.#instances.get(seq);
    if (entries === undefined) this.#instances.set(seq, [entry]);
    else entries.push(entry);
  }

  #prune(min: number): void {
    this.#min = Math.max(min, this.#min);
    for (const seq of this.#instances.keys()) {
      if (seq < this.#min) this.#instances.delete(seq);
    }
  }
}
