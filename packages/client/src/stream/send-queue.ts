/**
 * Requests that wait to be sent on one connection. Requests of one tick are sent in one frame. It guards
 * two rules: a request that may have been sent is never reported as unsent, and the connection gets no more
 * than it and the server can take.
 */
import { packFrame, type Row, requestToWire } from '@paxkv/protocol';
import type { Attempt, Clock } from '../environment.ts';
import { isStatusRequest, type Request } from '../request.ts';
import type { Defer } from '../system/network.ts';

/** Most requests in one frame. */
const frameRequestsMax = 2_048;
/** Most bytes in one frame, unless a single request has more. */
const frameBytesMax = 512 * 1024;
/** Upper estimate of what a request takes in addition to its key and value. */
const overheadBytes = 32;
/** Nothing is sent while the connection buffers more than this. */
const bufferedBytesMax = 2 * 1024 * 1024;
/** Delay before the buffer is checked again. */
const bufferedCheckMs = 5;

/** The sending side of a connection. */
export interface FrameSink {
  /** How many more requests may be in flight at this moment; 0 while the connection is not open. */
  room(): number;
  bufferedBytes(): number;
  /** Puts the attempt in flight. Returns the id that its reply will carry. */
  register(attempt: Attempt): number;
  send(frame: Uint8Array): void;
}

export interface SendQueueParts {
  readonly clock: Clock;
  readonly defer: Defer;
  readonly sink: FrameSink;
}

export class SendQueue {
  readonly #parts: SendQueueParts;
  #queued: Attempt[] = [];
  #isFlushScheduled = false;

  constructor(parts: SendQueueParts) {
    this.#parts = parts;
  }

  /** Whether a request added now is sent in one frame with those added before in this tick. */
  get isBatching(): boolean {
    return this.#isFlushScheduled;
  }

  add(attempt: Attempt): void {
    attempt.markQueued();
    this.#queued.push(attempt);
    this.scheduleFlush();
  }

  /** Schedules sending. Call it when there may be room again. */
  scheduleFlush(): void {
    if (!this.#isFlushScheduled && this.#queued.length > 0 && this.#parts.sink.room() > 0) {
      this.#isFlushScheduled = true;
      this.#parts.defer(this.#flush);
    }
  }

  dropSettled(): void {
    if (this.#queued.length > 0) {
      this.#queued = this.#queued.filter((attempt) => !attempt.isSettled);
    }
  }

  /** Removes and returns all attempts that were not sent. */
  drain(): readonly Attempt[] {
    return this.#queued.splice(0);
  }

  readonly #flush = (): void => {
    const { clock, sink } = this.#parts;
    this.#isFlushScheduled = false;
    while (this.#queued.length > 0 && sink.room() > 0) {
      if (sink.bufferedBytes() > bufferedBytesMax) {
        this.#isFlushScheduled = true;
        clock.at(clock.now() + bufferedCheckMs, this.#flush);
        return;
      }
      this.#sendFrame();
    }
  };

  #sendFrame(): void {
    const queued = this.#queued;
    const { sink } = this.#parts;
    const countMax = Math.min(queued.length, frameRequestsMax, sink.room());
    const pairs: unknown[] = [];
    let bytes = 0;
    let count = 0;
    for (; count < countMax && sink.room() > 0; count += 1) {
      const attempt = queued[count];
      // A settled write has released its session number, so its stamp is no longer valid.
      if (attempt === undefined || attempt.isSettled) {
        continue;
      }
      bytes += sizeOf(attempt.request);
      if (bytes > frameBytesMax && pairs.length > 0) {
        break;
      }
      pairs.push(sink.register(attempt), toRow(attempt.request));
      attempt.markSent();
    }
    this.#queued = count === queued.length ? [] : queued.slice(count);
    if (pairs.length > 0) {
      sink.send(packFrame(pairs, bytes));
    }
  }
}

/** Estimate of the bytes that a request takes in a frame. */
export function sizeOf({ command }: Request): number {
  if ('prefix' in command) {
    return command.prefix.length + command.from.length + command.to.length + overheadBytes;
  }
  const keyBytes = 'key' in command ? command.key.length : 0;
  const valueBytes = 'value' in command ? command.value.length : 0;
  return keyBytes + valueBytes + overheadBytes;
}

/** The row of a request, with the current values of its stamp. @throws TypeError for a status request. */
function toRow(request: Request): Row {
  if (isStatusRequest(request)) {
    throw new TypeError('a stream carries no status request');
  }
  return requestToWire(request);
}
