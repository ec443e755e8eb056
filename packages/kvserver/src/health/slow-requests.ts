/**
 * Logs requests that took long, with where their time went. A line names a request by its id and its command, and holds
 * no key and no value.
 */
import type { CommandType } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { RequestTiming } from '../replica/request-timing.ts';
import { LineLimit } from './line-limit.ts';

/** When many requests are slow, a few lines show why. */
const lineLimit = { countMax: 10, intervalMs: 60_000 };

export interface SlowRequestsOptions {
  readonly logger: Pick<Logger, 'warn'>;
  /** A request that takes so long is slow, in milliseconds. 0: none is. */
  readonly slowMs: number;
}

export class SlowRequests {
  readonly #options: SlowRequestsOptions;
  readonly #limit = new LineLimit(lineLimit);
  #count = 0;

  constructor(options: SlowRequestsOptions) {
    this.#options = options;
  }

  /** Slow requests so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether a request that has ended took long, not counting the time in which its client receives the reply. */
  isSlow({ command, totalMs }: RequestTiming): boolean {
    const { slowMs } = this.#options;
    return slowMs > 0 && totalMs >= slowMs && !isWait(command);
  }

  /** The reply has left this process, or its client has gone. */
  onSent(timing: RequestTiming, nowMs = performance.now()): void {
    const { slowMs, logger } = this.#options;
    if (slowMs === 0 || nowMs - timing.begunMs < slowMs || isWait(timing.command)) return;
    this.#count += 1;
    const omitted = this.#limit.take('slow request', nowMs);
    if (omitted === undefined) return;
    const fields = { ...describe(timing, nowMs), ...(omitted === 0 ? {} : { omitted }) };
    logger.warn(fields, 'slow request');
  }
}

/** Whether the request waits for something to happen, for as long as its client wishes. */
function isWait(command: CommandType): boolean {
  return command === 'changes';
}

function describe(timing: RequestTiming, nowMs: number): object {
  const { id, command, origin, begunMs, proposed, decided, endedMs = nowMs, result } = timing;
  const proposedMs = proposed?.atMs ?? endedMs;
  const decidedMs = decided?.atMs ?? endedMs;
  const flushMs = (decided?.flushedMs ?? 0) - (proposed?.flushedMs ?? 0);
  const steps = {
    totalMs: nowMs - begunMs,
    queueMs: proposedMs - begunMs,
    consensusMs: decidedMs - proposedMs,
    // How long the own disk was flushing meanwhile; a part of the time for consensus.
    ...(decided === undefined ? {} : { flushMs }),
    applyMs: endedMs - decidedMs,
    replyMs: nowMs - endedMs,
  };
  const rounded = Object.entries(steps).map(([step, ms]) => [step, toTenths(ms)]);
  const { transport } = origin;
  return { requestId: id, command, transport, ...result, ...Object.fromEntries(rounded) };
}

function toTenths(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}
