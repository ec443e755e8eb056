/**
 * Linearizable reads without a log entry. A quorum read finds the read index: up to there
 * instances may have been decided. Once they are applied, the reply comes from the local state. One quorum
 * read serves every waiting get.
 * Rule: a quorum read counts only for gets that were waiting before it started.
 */
import type { Clock, Paxos } from '@paxkv/paxos';
import type { Bytes, Entry } from '@paxkv/protocol';
import type { AppliedState } from '../apply/applier.ts';
import type { StepMark } from '../request-timing.ts';
import type { PendingRequest } from '../requests/pending-request.ts';
import type { RequestSteps } from '../requests/request-steps.ts';
import { type Contact, QuorumContact } from './quorum-contact.ts';

/** When the queue is longer than this, abandoned gets are removed from it. */
const sweepCount = 64;
/** A question of a probe that has no answer for this long is asked anew: its answer would prove little. */
const probeMsMax = 1000;

/** Bytes of values that are answered in one turn of the event loop. Each value is copied for its reply. */
const answeredBytesMax = 4 * 1024 * 1024;

export interface ReadsOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'readIndex'>;
  readonly state: Pick<AppliedState, 'applied' | 'read'>;
  readonly clock: Clock;
  readonly steps: Pick<RequestSteps, 'mark'>;
  /** The state could not be read. */
  readonly onFailed: (error: unknown) => void;
}

export interface PendingRead {
  readonly key: Bytes;
  readonly pending: PendingRequest;
}

/** Gets that may be answered once the state has reached `readIndex`. */
interface Group {
  readonly readIndex: number;
  readonly reads: readonly PendingRead[];
  /** When a quorum had answered. */
  readonly decided: StepMark;
}

interface ReadyRead extends PendingRead {
  readonly decided: StepMark;
}

export class Reads {
  readonly #options: ReadsOptions;
  /** The gets that the current quorum read is for; absent while none is in progress. */
  #current: readonly PendingRead[] | undefined;
  /** Gets that arrived during the current quorum read: the next one is for them. */
  #next: PendingRead[] = [];
  /** Groups by read index, lowest first: a later quorum read never yields a lower index. */
  #groups: Group[] = [];
  readonly #contact = new QuorumContact();
  /** Gets that may be answered now. */
  #ready: ReadyRead[] = [];
  #isAnswering = false;

  constructor(options: ReadsOptions) {
    this.#options = options;
  }

  /** What the quorum reads so far have shown. */
  get contact(): Contact {
    return this.#contact.contact;
  }

  /** Starts a quorum read that no get waits for, unless one is under way. A get that arrives replaces it. */
  probe(): void {
    const { clock } = this.#options;
    const isAsking = this.#contact.isAsking(clock.now() - probeMsMax);
    if (this.#current === undefined && !isAsking) this.ask();
  }

  /** Starts a quorum read in place of one that is under way, whose gets it serves too. */
  ask(): void {
    const { clock, paxos } = this.#options;
    this.#contact.onAsked(clock.now());
    paxos.readIndex();
  }

  add(read: PendingRead): void {
    this.#next.push(read);
    if (this.#current === undefined) this.#start();
    else if (this.#next.length > sweepCount) this.#next = this.#next.filter(isAwaited);
  }

  /** The current quorum read is complete: nothing above `readIndex` was decided when it started. */
  onReadIndex(readIndex: number): void {
    this.#contact.onAnswered(readIndex, this.#options.state.applied);
    const reads = this.#current?.filter(isAwaited) ?? [];
    this.#current = undefined;
    const decided = this.#options.steps.mark();
    if (reads.length > 0) this.#groups.push({ readIndex, reads, decided });
    this.onApplied();
    this.#start();
  }

  /** The state has advanced. */
  onApplied(): void {
    const { applied } = this.#options.state;
    this.#contact.onApplied(applied);
    const ready = this.#groups.filter(({ readIndex }) => readIndex <= applied);
    this.#groups = this.#groups.filter(({ readIndex }) => readIndex > applied);
    for (const { reads, decided } of ready) {
      for (const read of reads) this.#ready.push({ ...read, decided });
    }
    if (!this.#isAnswering) this.#answer();
  }

  /** Answers some gets now and the others in later turns, after the values of the first ones have left. */
  #answer(): void {
    let bytes = 0;
    let count = 0;
    for (const read of this.#ready) {
      if (bytes >= answeredBytesMax) break;
      bytes += this.#reply(read);
      count += 1;
    }
    this.#ready = this.#ready.slice(count);
    this.#isAnswering = this.#ready.length > 0;
    if (!this.#isAnswering) return;
    const { clock } = this.#options;
    clock.at(clock.now(), () => this.#answer());
  }

  #start(): void {
    const reads = this.#next.filter(isAwaited);
    this.#next = [];
    if (reads.length === 0) return;
    this.#current = reads;
    const mark = this.#options.steps.mark();
    for (const { pending } of reads) pending.markAsked(mark);
    this.ask();
  }

  /** Returns the bytes of the value, or 0 if the database must be asked for it. */
  #reply({ pending, key, decided }: ReadyRead): number {
    if (pending.isSettled) return 0;
    try {
      const entry = this.#options.state.read(key);
      if (entry instanceof Promise) {
        this.#replyLater(entry, (found) => pending.resolve({ type: 'get', entry: found }, decided));
        return 0;
      }
      pending.resolve({ type: 'get', entry }, decided);
      return entry?.value.length ?? 0;
    } catch (error) {
      this.#options.onFailed(error);
      return 0;
    }
  }

  #replyLater(found: Promise<Entry | undefined>, reply: (entry: Entry | undefined) => void): void {
    found.then(reply, (error: unknown) => this.#options.onFailed(error));
  }
}

function isAwaited({ pending }: PendingRead): boolean {
  return !pending.isSettled;
}
