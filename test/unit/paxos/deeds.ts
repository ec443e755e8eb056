/** A world whose every deed is on one list: what was written, sent, announced and closed, in order. */
import {
  type Envelope,
  type Inbox,
  type Message,
  Paxos,
  type PaxosError,
  type Write,
} from '@paxkv/paxos';
import type { MemoryMark } from '@paxkv/paxos/core';
import { plainMark } from '../contracts/plain-mark.ts';

/** A write under way: the test says how it ends. */
interface PendingWrite {
  readonly writes: readonly Write<string>[];
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

export class Deeds {
  readonly list: string[] = [];
  readonly sent: Envelope<string>[] = [];
  readonly written: Write<string>[][] = [];
  readonly stops: PaxosError[] = [];
  memory: Iterable<Write<string>> = [];
  memoryState: 'kept' | 'new' | 'lost' = 'kept';
  loadError: Error | undefined;
  /** What the host does on a decision, beside listing it. */
  onDecided: () => void = () => {};
  isCandidate = false;
  alarmCount = 0;
  #inbox: Inbox<string> | undefined;
  #pending: PendingWrite | undefined;

  open(): Promise<Paxos<string>> {
    return Paxos.open<string>({
      me: 0,
      peerCount: 3,
      random: { next: () => 0.5 },
      isCandidate: this.isCandidate,
      clock: { now: () => 0, at: () => this.#setAlarm() },
      storage: {
        load: async () => {
          if (this.loadError) throw this.loadError;
          return { state: this.memoryState, writeIndex: 0, writes: this.memory };
        },
        write: (writes) => this.#write(writes),
        close: async () => void this.list.push('storage closed'),
      },
      transport: {
        open: async (inbox) => {
          this.#inbox = inbox;
        },
        send: (envelope) => this.#send(envelope),
        close: async () => void this.list.push('transport closed'),
      },
      onDecided: ({ seq, value }) => {
        this.list.push(`decided ${seq} ${value}`);
        this.onDecided();
      },
      onAdmitted: () => void this.list.push('admitted'),
      onStopped: (error) => void this.stops.push(error),
    });
  }

  get isWriting(): boolean {
    return this.#pending !== undefined;
  }

  receive(from: number, message: Message<string>, mark: MemoryMark = plainMark()): void {
    this.#inbox?.receive({ from, to: 0, done: -1, min: 0, mark, message });
  }

  /** Ends the write under way, and lets the peer take its turn. */
  async finishWrite(): Promise<void> {
    this.#take().resolve();
    await turn();
  }

  async failWrite(): Promise<void> {
    this.#take().reject(new Error('disk full'));
    await turn();
  }

  #take(): PendingWrite {
    const pending = this.#pending;
    if (!pending) throw new Error('no write is under way');
    this.#pending = undefined;
    return pending;
  }

  #write(writes: readonly Write<string>[]): Promise<void> {
    if (this.#pending) throw new Error('a second write began before the first had settled');
    this.written.push([...writes]);
    this.list.push(`write ${writes.map(({ type }) => type).join(' ')}`);
    return new Promise((resolve, reject) => {
      this.#pending = { writes, resolve, reject };
    });
  }

  #send(envelope: Envelope<string>): void {
    this.sent.push(envelope);
    this.list.push(`${envelope.message.type} to ${envelope.to}`);
  }

  #setAlarm(): () => void {
    this.alarmCount += 1;
    let isSet = true;
    return () => {
      if (isSet) this.alarmCount -= 1;
      isSet = false;
    };
  }
}

/** Until all that needs no outside event has happened. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
