/**
 * Requests that wait to leave on one connection. Those of one tick leave in one frame. It guards two
 * things: what may have left is never called unsent, and no more is handed to the connection than it and
 * the server can take.
 */
import { packFrame, type Row, requestToWire } from '@paxkv/protocol';
import type { Attempt, Clock } from '../environment.ts';
import { isStatusRequest, type Request } from '../request.ts';

/** Requests of one frame, and its bytes unless a single request has more. */
const frameRequestsMax = 2_048;
const frameBytesMax = 512 * 1024;
/** Of a request beside its key and value; generous. */
const overheadBytes = 32;
/** Beyond it nothing is sent until some of it has left. */
const bufferedBytesMax = 2 * 1024 * 1024;
/** How soon to look again whether it has. */
const bufferedCheckMs = 5;

/** The connection, as far as sending goes. */
export interface Way {
  /** How many more requests may be under way at this moment; 0 while it is not open. */
  room(): number;
  bufferedBytes(): number;
  /** The request is under way from now on. Gives the id by which its reply will be known. */
  register(attempt: Attempt): number;
  send(frame: Uint8Array): void;
}

export interface OutboxParts {
  readonly clock: Clock;
  /** Calls back when all that is going on at this moment is over. */
  readonly defer: (callback: () => void) => void;
  readonly way: Way;
}

export class Outbox {
  readonly #parts: OutboxParts;
  #queue: Attempt[] = [];
  #isFlushDue = false;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Whether what is added now leaves together with what was added before in this tick. */
  get isGathering(): boolean {
    return this.#isFlushDue;
  }

  add(attempt: Attempt): void {
    attempt.holdBack();
    this.#queue.push(attempt);
    this.flushSoon();
  }

  /** There may be room again. */
  flushSoon(): void {
    if (!this.#isFlushDue && this.#queue.length > 0 && this.#parts.way.room() > 0) {
      this.#isFlushDue = true;
      this.#parts.defer(this.#flush);
    }
  }

  /** Lets go of what nobody awaits any more. */
  forgetOver(): void {
    if (this.#queue.length > 0) {
      this.#queue = this.#queue.filter((attempt) => !attempt.isOver);
    }
  }

  /** All that has not left, which is no longer its business. */
  empty(): readonly Attempt[] {
    return this.#queue.splice(0);
  }

  readonly #flush = (): void => {
    const { clock, way } = this.#parts;
    this.#isFlushDue = false;
    while (this.#queue.length > 0 && way.room() > 0) {
      if (way.bufferedBytes() > bufferedBytesMax) {
        this.#isFlushDue = true;
        clock.at(clock.now() + bufferedCheckMs, this.#flush);
        return;
      }
      this.#sendFrame();
    }
  };

  #sendFrame(): void {
    const queue = this.#queue;
    const { way } = this.#parts;
    const countMax = Math.min(queue.length, frameRequestsMax, way.room());
    const pairs: unknown[] = [];
    let bytes = 0;
    let count = 0;
    for (; count < countMax; count += 1) {
      const attempt = queue[count];
      // What is over has given back its number, and its stamp would make no sense any more.
      if (attempt === undefined || attempt.isOver) {
        continue;
      }
      bytes += sizeOf(attempt.request);
      if (bytes > frameBytesMax && pairs.length > 0) {
        break;
      }
      pairs.push(way.register(attempt), toRow(attempt.request));
      attempt.leave();
    }
    this.#queue = count === queue.length ? [] : queue.slice(count);
    if (pairs.length > 0) {
      way.send(packFrame(pairs));
    }
  }
}

/** What a request takes on its way, about. */
export function sizeOf({ command }: Request): number {
  const keyBytes = 'key' in command ? command.key.length : 0;
  const valueBytes = 'value' in command ? command.value.length : 0;
  return keyBytes + valueBytes + overheadBytes;
}

/** The request as it stands at this moment. @throws TypeError if streams do not carry such requests. */
function toRow(request: Request): Row {
  if (isStatusRequest(request)) throw new TypeError('a stream carries no status');
  return requestToWire(request);
}
