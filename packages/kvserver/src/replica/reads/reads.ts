/**
 * Linearizable reads of keys and ranges without a log entry. A quorum read finds the read index: up to there
 * instances may have been decided. Once they are applied, the reply comes from the local state. One quorum
 * read serves every waiting get. Confirmed gets are answered in slices, the clients in turns, and each once there is
 * room for its reply.
 * Rule: a quorum read counts only for gets that were waiting before it started.
 */
import type { Clock, Paxos } from '@paxkv/paxos';
import { type Bytes, type CommandOf, KvError, type PageRead, scanLimitMax } from '@paxkv/protocol';
import { FairQueue, type Verdict } from '../../budget/fair-queue.ts';
import { type NotShown, noRoom } from '../../state-machine/state-machine.ts';
import { pageBytesMax } from '../../state-machine/store/ranges/pages.ts';
import type { AppliedState } from '../apply/applier.ts';
import type { StepMark } from '../request-timing.ts';
import type { PendingRequest } from '../requests/pending-request.ts';
import type { RequestSteps } from '../requests/request-steps.ts';
import { type Contact, QuorumContact } from './quorum-contact.ts';

/** When the queue is longer than this, and twice as long as after the last time, abandoned gets are removed from it. */
const sweepCountMin = 64;
/** A question of a probe that has no answer for this long is asked anew: its answer would prove little. */
const probeMsMax = 1000;

/** Bytes of values that are answered in one slice. Each value is copied for its reply. */
const sliceBytesMax = 4 * 1024 * 1024;
/** The longest slice, in milliseconds. Everything else that the server does waits for its end. */
const sliceMsMax = 4;
/** What a read costs its client's turn, besides the bytes of its value. */
const costMin = 64;
/** What one entry of a page costs its client's turn. */
const entryCost = 64;

export interface ReadsOptions {
  readonly paxos: Pick<Paxos<Bytes>, 'readIndex'>;
  readonly state: Pick<AppliedState, 'applied' | 'read' | 'readRange'>;
  readonly clock: Clock;
  readonly steps: Pick<RequestSteps, 'mark'>;
  /** The state could not be read. */
  readonly onFailed: (error: unknown) => void;
}

/** A command that is answered from the state. */
export type ReadCommand = CommandOf<'get'> | PageRead;

export interface PendingRead {
  readonly command: ReadCommand;
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
  /** When a quorum had answered; absent if none was asked. */
  readonly decided: StepMark | undefined;
}

export class Reads {
  readonly #options: ReadsOptions;
  /** The gets that the current quorum read is for; absent while none is in progress. */
  #current: readonly PendingRead[] | undefined;
  /** Gets that arrived during the current quorum read: the next one is for them. */
  #next: PendingRead[] = [];
  #sweepCount = sweepCountMin;
  /** Groups by read index, lowest first: a later quorum read never yields a lower index. */
  #groups: Group[] = [];
  readonly #contact = new QuorumContact();
  /** Gets that may be answered now. */
  readonly #ready = new FairQueue<ReadyRead>();
  #isScheduled = false;

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
    else if (this.#next.length > this.#sweepCount) this.#sweep();
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
      for (const { command, pending } of reads) this.#confirm({ command, pending, decided });
    }
    this.#answerSoon();
  }

  /** Answers a get from the state as it is, as soon as there is room for the reply. */
  addConfirmed({ command, pending }: PendingRead): void {
    this.#confirm({ command, pending, decided: undefined });
    this.#answerSoon();
  }

  #sweep(): void {
    this.#next = this.#next.filter(isAwaited);
    this.#sweepCount = Math.max(sweepCountMin, 2 * this.#next.length);
  }

  #confirm(read: ReadyRead): void {
    read.pending.markConfirmed();
    this.#ready.add(read.pending.client, read);
  }

  #answerSoon(): void {
    if (!this.#isScheduled) this.#answer();
  }

  /** Answers one slice now, and the others in later turns of the event loop. */
  #answer(): void {
    const { clock } = this.#options;
    const slice: Slice = { endMs: clock.now() + sliceMsMax, bytes: 0 };
    let isUnfinished = false;
    this.#ready.serve((read) => {
      isUnfinished = slice.bytes >= sliceBytesMax || clock.now() > slice.endMs;
      return isUnfinished ? 'enough' : this.#offer(read, slice);
    });
    if (isUnfinished) this.#answerLater();
  }

  readonly #answerLater = (): void => {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const { clock } = this.#options;
    clock.at(clock.now(), () => {
      this.#isScheduled = false;
      this.#answer();
    });
  };

  #start(): void {
    const reads = this.#next.filter(isAwaited);
    this.#next = [];
    this.#sweepCount = sweepCountMin;
    if (reads.length === 0) return;
    this.#current = reads;
    const mark = this.#options.steps.mark();
    for (const { pending } of reads) pending.markAsked(mark);
    this.ask();
  }

  #offer(read: ReadyRead, slice: Slice): Verdict {
    const { pending, command } = read;
    if (pending.isSettled) return costMin;
    try {
      return command.type === 'get'
        ? this.#offerGet(read, command, slice)
        : this.#offerPage(read, command);
    } catch (error) {
      this.#options.onFailed(error);
      return costMin;
    }
  }

  #offerGet({ pending, decided }: ReadyRead, { key }: CommandOf<'get'>, slice: Slice): Verdict {
    let bytes = 0;
    const found = this.#options.state.read(key, (valueBytes) => {
      bytes = valueBytes;
      return pending.room?.reserve(valueBytes) ?? true;
    });
    if (found === noRoom) return this.#block(pending);
    if (found instanceof Promise) {
      this.#replyLater(found, (entry) => {
        if (entry !== noRoom) pending.resolve({ type: 'get', entry }, decided);
      });
      return costMin;
    }
    slice.bytes += bytes;
    pending.resolve({ type: 'get', entry: found }, decided);
    return costMin + bytes;
  }

  #offerPage({ pending, decided }: ReadyRead, command: PageRead): Verdict {
    const bytesMax = command.type === 'scan' ? pageBytesMax : 0;
    if (pending.room?.reserve(bytesMax) === false) return this.#block(pending);
    this.#replyLater(this.#options.state.readRange(command), (reply) => {
      if (typeof reply === 'string')
        pending.reject(notShown(reply, command, decided !== undefined));
      else pending.resolve(reply, decided);
    });
    return costMin + entryCost * (command.type === 'scan' ? command.limit : scanLimitMax);
  }

  #block({ room }: PendingRequest): 'blocked' {
    room?.onRoom(this.#answerLater);
    return 'blocked';
  }

  #replyLater<T>(reading: Promise<T>, reply: (found: T) => void): void {
    reading.then(reply, (error: unknown) => this.#options.onFailed(error));
  }
}

/** What one slice has answered so far. */
interface Slice {
  readonly endMs: number;
  bytes: number;
}

/** `isConfirmed`: whether a quorum has told how far the log goes. */
function notShown(why: NotShown, { asOf }: PageRead, isConfirmed: boolean): KvError {
  if (why === 'compacted') {
    const message = `This server no longer has the changes after revision ${asOf}.`;
    return new KvError('KV_COMPACTED', message);
  }
  const message = `The store has not reached revision ${asOf}`;
  return isConfirmed
    ? new KvError('KV_BAD_REQUEST', `${message}.`)
    : new KvError('KV_UNAVAILABLE', `${message} on this server.`);
}

function isAwaited({ pending }: PendingRead): boolean {
  return !pending.isSettled;
}
