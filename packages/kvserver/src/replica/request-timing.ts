/**
 * RequestTiming: when one request passed each step on its way to its reply. A front end makes one for each request, the
 * parts of the server write into it, and observers read it once the request has ended.
 */
import type { CommandType, KvErrorCode, Outcome } from '@paxkv/protocol';

/** How a request came: by HTTP, on a stream, or from the program that the server runs in. */
export type Transport = 'http' | 'stream' | 'program';

/** Where a request came from, and the name it has in replies and logs. */
export interface RequestOrigin {
  readonly transport: Transport;
  /** Names the request in replies and in the log; for a stream, the connection. */
  readonly id: string;
  /** Counts the requests of a stream. */
  readonly number?: number;
}

/** How a request ended. `code`: why it was refused or failed. */
export interface RequestEnd {
  readonly outcome: Outcome;
  readonly code?: KvErrorCode;
}

/** When a step was passed, and for how long the disk of this server had been flushing by then. In milliseconds. */
export interface StepMark {
  readonly atMs: number;
  readonly flushedMs: number;
}

const done: RequestEnd = { outcome: 'done' };

/** Times are those of `performance.now()`, in milliseconds. A step that did not happen has none. */
export class RequestTiming {
  readonly command: CommandType;
  readonly origin: RequestOrigin;
  /** The request had arrived completely, and begun to wait for its turn. */
  readonly begunMs: number;
  /** A batch took the request, or a quorum was asked for it. */
  proposed: StepMark | undefined;
  /** Its batch was decided, or the quorum had answered. */
  decided: StepMark | undefined;
  /** The reply or the error was there. */
  endedMs: number | undefined;
  #end: RequestEnd | undefined;

  constructor(command: CommandType, origin: RequestOrigin, nowMs = performance.now()) {
    this.command = command;
    this.origin = origin;
    this.begunMs = nowMs;
  }

  /** Unique among the requests of a server. */
  get id(): string {
    const { id, number } = this.origin;
    return number === undefined ? id : `${id}-${number}`;
  }

  /** Absent while it is pending. */
  get result(): RequestEnd | undefined {
    return this.#end;
  }

  /** Until it ended. */
  get totalMs(): number {
    return (this.endedMs ?? this.begunMs) - this.begunMs;
  }

  /** `how`: absent if the request was done. */
  end(how: RequestEnd = done, nowMs = performance.now()): void {
    this.#end = how;
    this.endedMs = nowMs;
  }
}
