/**
 * Reads the sockets of clients in slices of a few milliseconds, each socket once in a round. One turn of the event loop
 * may find hundreds of sockets with 64 KiB of requests each, and taking those apart takes seconds: without slices,
 * everything else that the server does would wait for it. When the slice of a turn is over, the sockets that were not
 * read yet are paused. They are read in the next turns, before any other socket is read again.
 */
import { sliceMsMax, type TurnClock } from './turn-clock.ts';

/** The part of a socket that is used here. It does not read while it is paused. */
export interface PausableSocket {
  isPaused(): boolean;
  pause(): unknown;
  resume(): unknown;
}

interface Source {
  readonly socket: PausableSocket;
  /** Whether its owner wants it paused. */
  readonly isHeld: () => boolean;
  /** The round in which it was read last. */
  readRound: number;
}

export class ReadTurns {
  readonly #clock: TurnClock;
  readonly #sources = new Map<PausableSocket, Source>();
  /** Those that are paused here. */
  readonly #paused = new Set<Source>();
  #round = 0;
  /** When the slice of this turn of the event loop ends; absent before its first read. */
  #endMs: number | undefined;
  #isOver = false;

  constructor(clock: TurnClock) {
    this.#clock = clock;
  }

  /** Counts a socket, or gives it another owner. `isHeld`: whether the owner wants it paused at the moment. */
  add(socket: PausableSocket, isHeld: () => boolean = never): void {
    const { readRound = -1 } = this.#sources.get(socket) ?? {};
    this.remove(socket);
    this.#sources.set(socket, { socket, isHeld, readRound });
  }

  /** The socket is closed. */
  remove(socket: PausableSocket): void {
    const source = this.#sources.get(socket);
    if (source === undefined) return;
    this.#sources.delete(socket);
    if (this.#paused.delete(source)) release(source);
  }

  /** A part of what was read from the socket has been handled, such as one request. */
  onRead(socket: PausableSocket): void {
    const source = this.#sources.get(socket);
    if (source !== undefined) source.readRound = this.#round;
    const { now, later } = this.#clock;
    if (this.#endMs === undefined) {
      this.#endMs = now() + sliceMsMax;
      if (this.#paused.size === 0) later(this.#next);
    } else if (!this.#isOver && now() > this.#endMs) {
      this.#isOver = true;
      this.#pauseAll();
    }
  }

  #pauseAll(): void {
    for (const source of this.#sources.values()) {
      if (source.socket.isPaused()) continue;
      source.socket.pause();
      this.#paused.add(source);
    }
  }

  readonly #next = (): void => {
    const wasOver = this.#isOver;
    this.#endMs = undefined;
    this.#isOver = false;
    if (!wasOver || this.#resumeUnread() === 0) {
      this.#round += 1;
      this.#resumeUnread();
    }
    if (this.#paused.size > 0) this.#clock.later(this.#next);
  };

  /** Resumes the sockets that were not read in this round, and returns how many. */
  #resumeUnread(): number {
    let count = 0;
    for (const source of this.#paused) {
      if (source.readRound === this.#round) continue;
      this.#paused.delete(source);
      release(source);
      count += 1;
    }
    return count;
  }
}

function release({ socket, isHeld }: Source): void {
  if (!isHeld()) socket.resume();
}

function never(): boolean {
  return false;
}
