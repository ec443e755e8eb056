/**
 * The request numbers of one session, and the writes that wait for a number. Each write gets a number of
 * its own. The first outstanding number lets the server forget the replies to all lower ones.
 */
import { type SessionId, type Stamp, sessionWindowMax } from '@paxkv/protocol';
import type { Cancellable, Timed } from '../retry/deadlines.ts';

export class Session {
  readonly id: SessionId;
  #next = 1;
  /** No number below this is awaited. It may lag behind the first outstanding number. */
  #lowest = 1;
  /** A cell is 1 if its number is awaited. As long as the window, so awaited numbers share no cell. */
  readonly #awaited: Uint8Array;

  /**
   * `id`: the session id that a server has given. `windowMax`: how many numbers its window has, from 1 to the
   * default.
   */
  constructor(id: SessionId, windowMax = sessionWindowMax) {
    this.id = id;
    this.#awaited = new Uint8Array(windowMax);
  }

  /** Whether another write may start: the server refuses numbers too far above the first outstanding. */
  get hasRoom(): boolean {
    return this.#next - this.firstOutstanding < this.#awaited.length;
  }

  /** The lowest awaited number, or the next number if none is awaited. */
  get firstOutstanding(): number {
    while (this.#lowest < this.#next && !this.#isAwaited(this.#lowest)) {
      this.#lowest += 1;
    }
    return this.#lowest;
  }

  /** Reserves the next number. Call it only while there is room. */
  take(): SessionSlot {
    const number = this.#next;
    this.#next += 1;
    this.#awaited[number % this.#awaited.length] = 1;
    return new SessionSlot(this, number);
  }

  /** Call it once for each number taken. */
  release(number: number): void {
    this.#awaited[number % this.#awaited.length] = 0;
  }

  #isAwaited(number: number): boolean {
    return this.#awaited[number % this.#awaited.length] === 1;
  }
}

/**
 * One number of a session, reserved while its reply is awaited. It is also the stamp of its write. Fields
 * that change are read each time an attempt is sent.
 */
export class SessionSlot implements Stamp {
  readonly #session: Session;
  readonly #number: number;

  constructor(session: Session, number: number) {
    this.#session = session;
    this.#number = number;
  }

  /** The id of its session. */
  get session(): SessionId {
    return this.#session.id;
  }

  get number(): number {
    return this.#number;
  }

  /** May rise between two attempts of the write. */
  get firstOutstanding(): number {
    return this.#session.firstOutstanding;
  }

  /**
   * The reply has come or is no longer awaited. The number is never reused. If the network delivers another
   * copy later, the server refuses it, since its number is below the first outstanding one.
   */
  release(): void {
    this.#session.release(this.#number);
  }
}

/** A write that waits for a slot. It knows its slot as soon as one is assigned. */
export class QueuedWrite implements Timed, Cancellable {
  readonly due: number | undefined;
  timerIndex = -1;
  #slot: SessionSlot | undefined;
  #resolve = (_slot: SessionSlot | undefined) => {};
  #reject = (_error: unknown) => {};
  /** Resolves to `undefined` if the call ended first. */
  readonly assigned = new Promise<SessionSlot | undefined>((resolve, reject) => {
    this.#resolve = resolve;
    this.#reject = reject;
  });

  /** `due`: clock time at which the call ends; `undefined`: never. */
  constructor(due: number | undefined) {
    this.due = due;
  }

  /** Set by `assign` at once, before code that awaits `assigned` runs. */
  get slot(): SessionSlot | undefined {
    return this.#slot;
  }

  assign(slot: SessionSlot): void {
    this.#slot = slot;
    this.#resolve(slot);
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  onDue(): void {
    this.#resolve(undefined);
  }

  cancel(): void {
    this.#resolve(undefined);
  }
}
