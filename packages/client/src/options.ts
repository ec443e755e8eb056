/** What a client can be told at its making: names, defaults, ranges. */
import { type Consistency, clientNameLengthMax } from '@paxkv/protocol';
import { nanoid } from 'nanoid';
import type { Encoding } from './encoding.ts';
import type { Environment } from './environment.ts';
import type { RetrySettings } from './retry/retry.ts';

/** Longest finite time: timers hold no more. About 24 days. */
const timeoutMsMax = 2 ** 31 - 1;

export type Transport = 'stream' | 'http';

export interface ClientOptions {
  /** One server or several: `127.0.0.1:4401` or `http://127.0.0.1:4401`. */
  readonly endpoints: string | readonly string[];
  /** How long a call may take in all, its retries included. Default 10 000; `Infinity` is allowed. */
  readonly timeoutMs?: number;
  /** How long one server may take, from when the request leaves, before another is asked. Default 2 000. */
  readonly attemptTimeoutMs?: number;
  /** Least wait once every server was asked in vain. Default 25. */
  readonly retryDelayMsMin?: number;
  /** Greatest such wait. Default 1 000. */
  readonly retryDelayMsMax?: number;
  /** Under which servers list this client's session, 1 to 64 characters. Default: a random one. */
  readonly name?: string;
  /**
   * How requests travel. `stream` (default): many at once over one WebSocket to each server. `http`: each
   * for itself, where something between here and the servers lets no WebSocket through.
   */
  readonly transport?: Transport;
  /** For programs that bring their own network, clock and chance. Default: the system's. */
  readonly environment?: Environment;
}

/** `encoding` says how values are read: `utf8` (default) as strings, `buffer` as `Uint8Array`. */
export type KvClientOptions<E extends Encoding> = ClientOptions & {
  readonly encoding?: E;
} & ('utf8' extends E ? unknown : { readonly encoding: E });

export interface CallOptions {
  /** Ends the call early with `KV_ABORTED`. */
  readonly signal?: AbortSignal;
  /** Instead of the client's own. */
  readonly timeoutMs?: number;
}

export interface GetOptions extends CallOptions {
  /** Default `linearizable`. */
  readonly consistency?: Consistency;
}

export interface Settings extends RetrySettings {
  readonly timeoutMs: number;
  readonly name: string;
  readonly transport: Transport;
}

/** @throws TypeError where a setting is out of its range. */
export function toSettings(options: ClientOptions): Settings {
  const settings = {
    timeoutMs: checkedTimeoutMs('timeoutMs', options.timeoutMs ?? 10_000),
    attemptTimeoutMs: checkedTimeoutMs('attemptTimeoutMs', options.attemptTimeoutMs ?? 2_000),
    retryDelayMsMin: checkedDelayMs('retryDelayMsMin', options.retryDelayMsMin ?? 25),
    retryDelayMsMax: checkedDelayMs('retryDelayMsMax', options.retryDelayMsMax ?? 1_000),
    name: options.name ?? nanoid(),
    transport: oneOf('transport', ['stream', 'http'], options.transport ?? 'stream'),
  };
  if (settings.retryDelayMsMin > settings.retryDelayMsMax) {
    throw new TypeError('retryDelayMsMin is above retryDelayMsMax');
  }
  if (settings.name.length < 1 || settings.name.length > clientNameLengthMax) {
    throw new TypeError(`name must have 1 to ${clientNameLengthMax} characters`);
  }
  return settings;
}

/** `timeoutMs` if it is a time to wait. @throws TypeError */
export function checkedTimeoutMs(name: string, timeoutMs: number): number {
  if (timeoutMs === Number.POSITIVE_INFINITY) {
    return timeoutMs;
  }
  return checkedDelayMs(name, timeoutMs);
}

/** `consistency` if there is such a one. @throws TypeError */
export function checkedConsistency(consistency: Consistency = 'linearizable'): Consistency {
  return oneOf('consistency', ['linearizable', 'serializable'], consistency);
}

function oneOf<T extends string>(name: string, allowed: readonly T[], given: T): T {
  if (allowed.includes(given)) {
    return given;
  }
  const names = allowed.map((each) => `"${each}"`).join(' or ');
  throw new TypeError(`${name} is "${String(given)}"; it must be ${names}`);
}

function checkedDelayMs(name: string, delayMs: number): number {
  if (typeof delayMs !== 'number' || !(delayMs > 0 && delayMs <= timeoutMsMax)) {
    throw new TypeError(`${name} must be above 0 and at most ${timeoutMsMax}, not ${delayMs}`);
  }
  return delayMs;
}
