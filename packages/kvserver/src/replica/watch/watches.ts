/**
 * Watches: answers reads of changes from the recent changes of the state, as soon as there is one in the range. A
 * watcher is a place in those changes: it holds no event, so one that is slow costs nothing, and loses its place once
 * the changes after it are gone.
 * Rule: a reply has every change of its range between its `after` and its revision, or it is `KV_COMPACTED`.
 */
import type { Clock } from '@paxkv/paxos';
import {
  type ChangesCommand,
  type ChangesReply,
  type Command,
  type Consistency,
  KvError,
  type Request,
} from '@paxkv/protocol';
import { localClient } from '../../budget/client.ts';
import { type Account, FairBound } from '../../budget/fair-bound.ts';
import type { StateMachine } from '../../state-machine/state-machine.ts';
import type { ChangesPage } from '../../state-machine/store/changes/recent-changes.ts';
import { type NameRange, toNameRange } from '../../state-machine/store/ranges/name-range.ts';
import { pageBytesMax } from '../../state-machine/store/ranges/pages.ts';
import type { SubmitOptions, Submitter } from '../submitter.ts';
import { toChangesReply } from './changes-reply.ts';
import { WaitingWatches } from './waiting-watches.ts';

/** The most reads that wait for a change; clients share them. */
export const waitingCountMax = 10_000;

export interface WatchesOptions {
  readonly clock: Clock;
  readonly machine: () => Pick<StateMachine, 'revision' | 'recentChanges' | 'history'>;
  /** Submits a get, after which the state has everything that was acknowledged before. @throws KvError */
  readonly submit: Submitter['submit'];
}

/** How changes are read. */
export interface WatchOptions extends SubmitOptions {
  /** Default: `linearizable`. */
  readonly consistency?: Consistency | undefined;
}

const anyGet: Request = { command: { type: 'get', key: Uint8Array.of(0) } };

interface Cursor {
  readonly range: NameRange;
  after: number;
}

export class Watches {
  readonly #options: WatchesOptions;
  readonly #waiting: WaitingWatches;
  readonly #bound = new FairBound(waitingCountMax);

  constructor(options: WatchesOptions) {
    const { clock, machine } = options;
    this.#options = options;
    this.#waiting = new WaitingWatches(clock, () => machine());
  }

  /** Reads that wait for a change. */
  get waitingCount(): number {
    return this.#waiting.count;
  }

  /** The state has advanced. */
  onApplied(): void {
    this.#waiting.onApplied();
  }

  /** Ends every wait with `KV_UNAVAILABLE`, *not done*: the reader can continue at another server. */
  interruptAll(message: string): void {
    this.#waiting.interruptAll(message);
  }

  /**
   * The changes of a range. A reply without any comes after the wait, and is confirmed by a quorum unless the read is
   * serializable: then its revision is that of the last write which was acknowledged before, or a higher one.
   *
   * @throws KvError `KV_COMPACTED`, `KV_OVERLOADED`, `KV_UNAVAILABLE`, and the errors of a get
   */
  async read(command: ChangesCommand, options: WatchOptions): Promise<ChangesReply> {
    const { signal, client, principal, consistency } = options;
    const confirm = async () => {
      if (consistency === 'serializable') return;
      await this.#options.submit(anyGet, { signal, client, principal });
    };
    if (command.after === 'now') {
      await confirm();
      return { type: 'changes', revision: this.#options.machine().revision, events: [] };
    }
    await this.#options.machine().history.known(command.after);
    const cursor = { range: toNameRange(command), after: command.after };
    if (isIdle(this.#page(cursor))) {
      await this.#untilChanged(cursor, command.waitMs, options);
      if (isIdle(this.#page(cursor))) await confirm();
    }
    return this.#reply(cursor, options);
  }

  /** Resolves when the cursor may have a change, or the time is over. Moves the cursor behind what is no change of its range. */
  async #untilChanged(cursor: Cursor, waitMs: number, options: SubmitOptions): Promise<void> {
    if (waitMs === 0) return;
    const dueMs = this.#options.clock.now() + waitMs;
    const account = this.#bound.open(options.client ?? localClient);
    try {
      takePlace(account);
      for (;;) {
        const page = this.#page(cursor);
        const isOver = this.#options.clock.now() >= dueMs || options.signal?.aborted === true;
        if (!isIdle(page) || isOver) return;
        const seen = await this.#waiting.add(cursor.range, { dueMs, signal: options.signal });
        cursor.after = Math.max(page.revision, seen);
      }
    } finally {
      account.close();
    }
  }

  /** The reply, once its client has room for it. Meanwhile it costs nothing. */
  async #reply(cursor: Cursor, { room }: SubmitOptions): Promise<ChangesReply> {
    for (;;) {
      const page = this.#page(cursor);
      if (page.bytes === 0 || room === undefined || room.reserve(page.bytes)) {
        return toChangesReply(page);
      }
      await new Promise<void>((resolve) => room.onRoom(resolve));
    }
  }

  #page(cursor: Cursor): ChangesPage {
    const { recentChanges, revision } = this.#options.machine();
    const page = recentChanges.read({ ...cursor, bytesMax: pageBytesMax }, revision);
    if (page !== undefined) return page;
    throw new KvError(
      'KV_COMPACTED',
      `This server no longer has the changes after revision ${cursor.after}: its oldest ones are those after revision ` +
        `${recentChanges.since}. Read the range, then watch it from the revision of that read on.`,
    );
  }
}

/** Whether the command reads changes. */
export function isWatch(command: Command): command is ChangesCommand {
  return command.type === 'changes';
}

/** Whether a reader learns nothing from the page. */
function isIdle({ changes, isLast }: ChangesPage): boolean {
  return changes.length === 0 && isLast;
}

function takePlace(account: Account): void {
  if (account.take(1)) return;
  throw new KvError('KV_OVERLOADED', 'Too many reads wait for changes at this server.');
}
