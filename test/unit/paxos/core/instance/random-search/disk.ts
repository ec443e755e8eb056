/** What a peer has written, and how many times. */
import type { Memory, Write } from '@paxkv/paxos/core';

export class Disk {
  readonly #emptyState: Memory<string>['state'];
  readonly #writes: Write<string>[] = [];
  #writeIndex = 0;

  constructor(emptyState: Memory<string>['state']) {
    this.#emptyState = emptyState;
  }

  write(writes: readonly Write<string>[]): void {
    this.#writes.push(...writes);
    this.#writeIndex += 1;
  }

  memory(): Memory<string> {
    const state = this.#writeIndex === 0 ? this.#emptyState : 'kept';
    return { state, writeIndex: this.#writeIndex, writes: [...this.#writes] };
  }
}
