/** A host that records what its peer does, in order: what it writes, sends, announces and closes. */
import {
  type Envelope,
  type Inbox,
  type Message,
  Paxos,
  type PaxosError,
  type PaxosOptions,
  type Write,
} from '@paxkv/paxos';
import type { MemoryMark } from '@paxkv/paxos/core';
import { nothingForgotten, plainMark } from '../contracts/plain-mark.ts';

/** A pending write. The test decides how it ends. */
interface PendingWrite {
  readonly writes: readonly Write<string>[];
  readonly resolve: () => void;
  readonly reject: (cause: Error) => void;
}

export class RecordingHost {
  readonly effects: string[] = [];
  readonly sent: Envelope<string>[] = [];
  readonly written: Write<string>[][] = [];
  readonly stops: PaxosError[] = [];
  memory: Iterable<Write<string>> = [];
  memoryState: 'kept' | 'new' | 'lost' = 'kept';
  loadError: Error | undefined;
  /** Called on a decision, after it is recorded. */
  onDecided: () => void = () => {};
  peerCount = 3;
  isCandidate = false;
  options: Partial<Pick<PaxosOptions<string>, 'retention' | 'stateEpoch' | 'isValue'>> = {};
  readonly refusals: string[] = [];
  timerCount = 0;
  /** Messages sent since the last flush of the transport. */
  unflushedCount = 0;
  /** Their number when each write began. */
  readonly unflushedCounts: number[] = [];
  #inbox: Inbox<string> | undefined;
  #pending: PendingWrite | undefined;

  async open(): Promise<Paxos<string>> {
    const paxos = await this.load();
    await this.join(paxos);
    return paxos;
  }

  load(): Promise<Paxos<string>> {
    return Paxos.load<string>({
      me: 0,
      peerCount: this.peerCount,
      random: { next: () => 0.5 },
      isCandidate: this.isCandidate,
      ...this.options,
      clock: { now: () => 0, at: () => this.#setTimer() },
      storage: {
        load: async () => {
          if (this.loadError) throw this.loadError;
          return { state: this.memoryState, writeIndex: 0, writes: this.memory };
        },
        write: (writes) => this.#write(writes),
        close: async () => void this.effects.push('storage closed'),
      },
      transport: {
        open: async (inbox) => {
          this.#inbox = inbox;
        },
        send: (envelope) => this.#send(envelope),
        flush: () => {
          this.unflushedCount = 0;
        },
        close: async () => void this.effects.push('transport closed'),
      },
    });
  }

  join(paxos: Paxos<string>): Promise<void> {
    return paxos.join({
      onDecided: ({ seq, value }) => {
        this.effects.push(`decided ${seq} ${value}`);
        this.onDecided();
      },
      onTruncated: (decisions) =>
        void this.effects.push(`truncated ${decisions.map(({ seq }) => seq).join()}`),
      onReadIndex: (readIndex) => void this.effects.push(`read index ${readIndex}`),
      onAdmitted: () => void this.effects.push('admitted'),
      onRefused: (from, reason) => void this.refusals.push(`${from}: ${reason}`),
      onStopped: (error) => void this.stops.push(error),
    });
  }

  get isWriting(): boolean {
    return this.#pending !== undefined;
  }

  receive(from: number, message: Message<string>, mark: MemoryMark = plainMark(), done = -1): void {
    this.#inbox?.receive({ from, to: 0, ...nothingForgotten, done, mark, message });
  }

  /** Receives a Prepare of peer 1. */
  prepare(seq: number, round = 1): void {
    this.receive(1, { type: 'prepare', seq, ballot: { round, peer: 1 } });
  }

  /** Receives an Accept of peer 1. */
  accept(seq: number, value: string): void {
    this.receive(1, { type: 'accept', seq, ballot: { round: 1, peer: 1 }, value });
  }

  /** Takes the effects since the last call. */
  takeEffects(): string[] {
    return this.effects.splice(0);
  }

  /** Lets the pending write succeed, and the peer take its turn. */
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
    if (!pending) throw new Error('no write is pending');
    this.#pending = undefined;
    return pending;
  }

  #write(writes: readonly Write<string>[]): Promise<void> {
    if (this.#pending) throw new Error('a second write began before the first had settled');
    this.unflushedCounts.push(this.unflushedCount);
    this.written.push([...writes]);
    this.effects.push(`write ${writes.map(({ type }) => type).join(' ')}`);
    return new Promise((resolve, reject) => {
      this.#pending = { writes, resolve, reject };
    });
  }

  #send(envelope: Envelope<string>): void {
    this.unflushedCount += 1;
    this.sent.push(envelope);
    this.effects.push(`${envelope.message.type} to ${envelope.to}`);
  }

  #setTimer(): () => void {
    this.timerCount += 1;
    let isSet = true;
    return () => {
      if (isSet) this.timerCount -= 1;
      isSet = false;
    };
  }
}

/** Resolves once the peer has nothing left to do without an outside event. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
