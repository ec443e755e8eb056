/**
 * Takes pages of the log from one replica, in order, until that has no more. The receiver grants credit as it
 * applies what came, so that no more than a few megabytes wait here. If pages are lost it asks the same replica
 * once more from the first instance that it lacks; that place is all that is needed to continue elsewhere.
 */
import type { Clock, Decision, PeerId } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Values } from '../../state-machine/values.ts';
import type { AppliedState } from '../apply/applier.ts';
import type { LogPage, Refused, StatePort } from '../ports.ts';

/** Bytes of values that may be under way or not applied yet. The last page may exceed it. */
const creditBytes = 4 * 1024 * 1024;
/** Pages that may wait for one before them. More are asked for again. */
const earlyCountMax = 256;
/** How long the next page may take, and how long one that came out of order may wait for those before it. */
const pageMsMax = 1000;
const gapMsMax = 100;
/** How often one replica is asked without an answer before another is tried. */
const askCountMax = 3;

export interface LogFetchOptions {
  readonly port: Pick<StatePort, 'send'>;
  readonly clock: Clock;
  readonly state: Pick<AppliedState, 'applied'>;
  readonly values: Pick<Values, 'accepts'>;
  readonly nextTransfer: () => number;
  /** Gets decisions in order, each once in a run. */
  readonly onDecisions: (decisions: readonly Decision<Bytes>[]) => void;
}

/** What ended a run: there was no more, the source has it not, it is silent, it sent no values, or it was stopped. */
export type LogFetchEnd = 'complete' | 'refused' | 'silent' | 'unreadable' | 'stopped';

export interface LogFetchProgress {
  readonly from: PeerId;
  /** Instances that have arrived, and those that had to arrive when the last page was sent. */
  readonly received: number;
  readonly total: number;
}

interface Run {
  readonly from: PeerId;
  readonly first: number;
  readonly end: (how: LogFetchEnd) => void;
  transfer: number;
  /** The next instance that is missing. */
  next: number;
  /** Bytes of values in this transfer that arrived in order, that were applied, and that the source may send. */
  received: number;
  processed: number;
  credit: number;
  /** How often the source was asked since it last sent what was missing. */
  asks: number;
  sourceApplied: number;
  /** Pages that came before earlier ones, by their first instance. */
  readonly early: Map<number, LogPage>;
  /** Bytes of pages that are not applied yet, each with its last instance. */
  readonly unapplied: { readonly last: number; readonly bytes: number }[];
  cancelTimer: () => void;
}

export class LogFetch {
  readonly #options: LogFetchOptions;
  #run: Run | undefined;

  constructor(options: LogFetchOptions) {
    this.#options = options;
  }

  get progress(): LogFetchProgress | undefined {
    if (this.#run === undefined) return undefined;
    const { from, first, next, sourceApplied } = this.#run;
    return { from, received: next - first, total: Math.max(next, sourceApplied + 1) - first };
  }

  /** Takes what `from` has from instance `first` on. One call at a time. Never rejects. */
  run(from: PeerId, first: number): Promise<LogFetchEnd> {
    return new Promise((resolve) => {
      const end = (how: LogFetchEnd) => {
        run.cancelTimer();
        this.#run = undefined;
        resolve(how);
      };
      const counts = { received: 0, processed: 0, credit: 0, asks: 0, sourceApplied: -1 };
      const lists = { early: new Map<number, LogPage>(), unapplied: [] };
      const run: Run = {
        ...{ from, first, next: first, end, transfer: 0, cancelTimer: () => {} },
        ...counts,
        ...lists,
      };
      this.#run = run;
      this.#begin(run);
    });
  }

  onPage(from: PeerId, page: LogPage): void {
    const run = this.#run;
    if (run?.from !== from || run.transfer !== page.transfer) return;
    run.sourceApplied = page.applied;
    if (page.seq < run.next || run.early.size >= earlyCountMax) return;
    // Safety: what cannot be applied is no decision. Another replica may have the right one.
    if (!page.values.every((value) => this.#options.values.accepts(value))) {
      run.end('unreadable');
      return;
    }
    run.early.set(page.seq, page);
    this.#takeInOrder(run);
  }

  onRefused(from: PeerId, { transfer }: Refused): void {
    if (this.#run?.from === from && this.#run.transfer === transfer) this.#run.end('refused');
  }

  /** More is applied: the source may send more. */
  onApplied(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#countApplied(run);
    if (run.processed + creditBytes >= run.credit + creditBytes / 4) this.#grant(run);
  }

  stop(): void {
    this.#run?.end('stopped');
  }

  #begin(run: Run): void {
    run.transfer = this.#options.nextTransfer();
    run.early.clear();
    // What waits to be applied still counts against the credit.
    run.received = run.unapplied.reduce((sum, { bytes }) => sum + bytes, 0);
    run.processed = 0;
    run.asks += 1;
    this.#grant(run);
    this.#setTimer(run);
  }

  #grant(run: Run): void {
    const { from, transfer, next: seq, received } = run;
    run.credit = run.processed + creditBytes;
    const message = { type: 'fetchLog', transfer, seq, received, credit: run.credit } as const;
    this.#options.port.send(from, message);
  }

  #takeInOrder(run: Run): void {
    const before = run.next;
    for (let page = run.early.get(run.next); page; page = run.early.get(run.next)) {
      run.early.delete(page.seq);
      if (page.values.length === 0) {
        run.end('complete');
        return;
      }
      this.#take(run, page);
    }
    if (run.next > before) run.asks = 0;
    this.#setTimer(run);
  }

  #take(run: Run, { seq, values }: LogPage): void {
    const bytes = values.reduce((sum, { length }) => sum + length, 0);
    run.next = seq + values.length;
    run.received += bytes;
    run.unapplied.push({ last: run.next - 1, bytes });
    this.#options.onDecisions(values.map((value, index) => ({ seq: seq + index, value })));
  }

  #countApplied(run: Run): void {
    const { applied } = this.#options.state;
    for (let [page] = run.unapplied; page && page.last <= applied; [page] = run.unapplied) {
      run.processed += page.bytes;
      run.unapplied.shift();
    }
  }

  #setTimer(run: Run): void {
    const { clock } = this.#options;
    run.cancelTimer();
    const ms = run.early.size > 0 ? gapMsMax : pageMsMax;
    run.cancelTimer = clock.at(clock.now() + ms, () => this.#onSilence(run));
  }

  #onSilence(run: Run): void {
    this.#countApplied(run);
    if (run.received >= run.credit) {
      // The source waits for this replica. The last grant may have been lost.
      if (run.processed + creditBytes > run.received) this.#grant(run);
      this.#setTimer(run);
    } else if (run.asks >= askCountMax) {
      run.end('silent');
    } else {
      this.#begin(run);
    }
  }
}
