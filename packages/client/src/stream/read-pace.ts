/**
 * How many reads may be in flight on one connection. Nobody knows the sizes of their values in advance, so those of the
 * last replies tell: a server answers no faster than its client reads, and what waits there for long fails.
 */

import type { Reply, Request } from '../request.ts';

/** Whether the reply has values, in numbers or sizes that nobody knows in advance. */
export function isPacedRead({ command: { type } }: Request): boolean {
  return type === 'get' || type === 'scan' || type === 'count';
}

/** Bytes of values in the reply to such a read; `undefined` for other replies. */
export function valueBytesOf(reply: Reply): number | undefined {
  switch (reply.type) {
    case 'get':
      return reply.entry?.value.length ?? 0;
    case 'scan':
      return reply.entries.reduce((sum, { key, value }) => {
        return sum + key.length + (value?.length ?? 0);
      }, 0);
    case 'count':
      return 0;
    default:
      return undefined;
  }
}

/** Most bytes of replies to reads that are expected at a time. */
const expectedBytesMax = 8 * 1024 * 1024;
/** Most reads in flight before the first reply. */
const firstCountMax = 64;
/** The share of the newest reply in the average. */
const newestShare = 1 / 8;

export class ReadPace {
  #inFlightCount = 0;
  /** The average size of a reply; `undefined` before the first reply. */
  #averageBytes: number | undefined;

  get hasRoom(): boolean {
    if (this.#averageBytes === undefined) {
      return this.#inFlightCount < firstCountMax;
    }
    return this.#inFlightCount === 0 || this.#inFlightCount * this.#averageBytes < expectedBytesMax;
  }

  onSent(): void {
    this.#inFlightCount += 1;
  }

  /** A read in flight ended, in any way. */
  onEnded(): void {
    this.#inFlightCount -= 1;
  }

  /** The values in the reply to a read have so many bytes. */
  onValue(bytes: number): void {
    const average = this.#averageBytes ?? bytes;
    this.#averageBytes = average + (bytes - average) * newestShare;
  }
}
