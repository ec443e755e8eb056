/**
 * Reads that cost no entry of the log: how far anything may have been decided is asked of a quorum, and
 * the answer is given from the own state once it has come so far. One question serves all who wait.
 * Rule: a question counts only for reads that were there before it was asked.
 */
import type { Paxos } from '@paxkv/paxos';
import type { Bytes, Entry } from '@paxkv/protocol';
import type { PendingRequest } from '../requests/pending-request.ts';

export interface ReadsOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'readIndex'>;
  /** The highest instance applied. */
  readonly applied: () => number;
  readonly read: (key: Bytes) => Entry | undefined | Promise<Entry | undefined>;
  /** The state could not be read. */
  readonly onFailed: (error: unknown) => void;
}

export interface PendingRead {
  readonly key: Bytes;
  readonly pending: PendingRequest;
}

/** Reads that may be answered once the state has come as far as this. */
interface Group {
  readonly upTo: number;
  readonly reads: readonly PendingRead[];
}

export class Reads {
  readonly #options: ReadsOptions;
  /** Whom the question under way is for; nobody has asked one while this is absent. */
  #asking: readonly PendingRead[] | undefined;
  /** They came while a question was under way: the next one is for them. */
  #next: PendingRead[] = [];
  /** By `upTo`, lowest first: later questions never have lower answers. */
  #groups: Group[] = [];

  constructor(options: ReadsOptions) {
    this.#options = options;
  }

  add(read: PendingRead): void {
    this.#next.push(read);
    if (this.#asking === undefined) this.#ask();
    // Who gave up while no quorum could be reached is let go of.
    else if (this.#next.length > 64) this.#next = this.#next.filter(isAwaited);
  }

  /** The question under way is answered: nothing above `upTo` was decided when it was asked. */
  onReadIndex(upTo: number): void {
    const reads = this.#asking?.filter(isAwaited) ?? [];
    this.#asking = undefined;
    if (reads.length > 0) this.#groups.push({ upTo, reads });
    this.onApplied();
    this.#ask();
  }

  /** The state has come further. */
  onApplied(): void {
    const applied = this.#options.applied();
    const ready = this.#groups.filter(({ upTo }) => upTo <= applied);
    this.#groups = this.#groups.filter(({ upTo }) => upTo > applied);
    for (const { pending, key } of ready.flatMap(({ reads }) => reads)) this.#answer(pending, key);
  }

  #ask(): void {
    const reads = this.#next.filter(isAwaited);
    this.#next = [];
    if (reads.length === 0) return;
    this.#asking = reads;
    this.#options.paxos.readIndex();
  }

  #answer(pending: PendingRequest, key: Bytes): void {
    if (pending.isSettled) return;
    try {
      const entry = this.#options.read(key);
      if (entry instanceof Promise) this.#answerLater(pending, entry);
      else pending.resolve({ type: 'got', entry });
    } catch (error) {
      this.#options.onFailed(error);
    }
  }

  #answerLater(pending: PendingRequest, found: Promise<Entry | undefined>): void {
    found.then(
      (entry) => pending.resolve({ type: 'got', entry }),
      (error: unknown) => this.#options.onFailed(error),
    );
  }
}

function isAwaited({ pending }: PendingRead): boolean {
  return !pending.isSettled;
}
