/** The contents of a disk, as far as the page shows them. */
import type { Ballot } from '@paxkv/paxos';
import { compareBallots, type WriteFacts } from '../protocol/writes.ts';
import type { DiskView } from './frame.ts';

export interface Acceptance {
  readonly promised: Ballot | undefined;
  readonly vote: { readonly ballot: Ballot; readonly value: string } | undefined;
}

const nothing: Acceptance = { promised: undefined, vote: undefined };

export class DiskContents {
  readonly #instances = new Map<number, Acceptance>();
  #pending: readonly string[] = [];
  #writeCount = 0;
  #logPromise: Ballot | undefined;
  #reserved = 0;
  #votingFloor: number | undefined;

  get view(): DiskView {
    return {
      pending: this.#pending,
      writeCount: this.#writeCount,
      logPromise: this.#logPromise,
      reserved: this.#reserved,
      votingFloor: this.#votingFloor,
    };
  }

  at(seq: number): Acceptance {
    return this.#instances.get(seq) ?? nothing;
  }

  begin(texts: readonly string[]): void {
    this.#pending = texts;
  }

  /** These writes have become durable. */
  keep(writes: readonly WriteFacts[]): void {
    this.#pending = [];
    this.#writeCount += 1;
    for (const write of writes) this.#keep(write);
  }

  lose(): void {
    this.#pending = [];
  }

  wipe(): void {
    this.#instances.clear();
    this.#pending = [];
    this.#writeCount = 0;
    this.#logPromise = undefined;
    this.#reserved = 0;
    this.#votingFloor = undefined;
  }

  #keep(write: WriteFacts): void {
    switch (write.kind) {
      case 'promise': {
        const { promised, vote } = this.at(write.seq);
        const isHigher = compareBallots(promised, write.ballot) < 0;
        this.#instances.set(write.seq, { promised: isHigher ? write.ballot : promised, vote });
        break;
      }
      case 'vote': {
        const { ballot, value } = write;
        this.#instances.set(write.seq, { promised: ballot, vote: { ballot, value } });
        break;
      }
      case 'logPromise':
        this.#logPromise = write.ballot;
        break;
      case 'reserve':
        this.#reserved = write.round;
        break;
      case 'incarnation':
        this.#votingFloor = write.votingFloor;
        break;
      case 'forget':
        for (const seq of this.#instances.keys()) if (seq < write.min) this.#instances.delete(seq);
        break;
      default:
    }
  }
}
