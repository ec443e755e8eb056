/** The options of a client and of its calls: names, defaults and ranges. */
import { type Consistency, clientNameLengthMax } from '@paxkv/protocol';
import { nanoid } from 'nanoid';
import {
  type ClientTlsOptions,
  type Credentials,
  type TokenSource,
  toCredentials,
} from './credentials.ts';
import type { Environment } from './environment.ts';
import type { InProcessServer } from './in-process/direct-exchange.ts';
import type { CallLimits } from './retry/deadlines.ts';
import type { RetrySettings } from './retry/retry.ts';
import type { EncodingOption } from './value-encoding.ts';

/** Longest finite time in milliseconds, about 24 days: the maximum of a JavaScript timer. */
const timeMsMax = 2 ** 31 - 1;

/** `stream`: many requests at once on one WebSocket to each server. `http`: one HTTP request each. */
export type Transport = 'stream' | 'http';

/** The servers that the client asks: those at these addresses, or one in the same process. */
export type Target =
  | {
      /** Addresses of one or several servers: `127.0.0.1:4401` or `http://127.0.0.1:4401`. */
      readonly endpoints: string | readonly string[];
      readonly server?: undefined;
    }
  | {
      /** The server itself. The client calls it directly, and does not stop it when it is closed. */
      readonly server: InProcessServer;
      readonly endpoints?: undefined;
    };

/** The options that do not depend on how the servers are given or on the encoding. */
export interface ClientOptions {
  /**
   * Milliseconds that a call may take, its retries included: above 0 and at most 2 147 483 647, or `Infinity`
   * for no deadline. Default 10 000.
   */
  readonly timeoutMs?: number;
  /**
   * Milliseconds that the first server may take, counted from when the request is sent, before another
   * server is asked. It is doubled each time it was too short. Same range as `timeoutMs`. Default 2 000.
   */
  readonly attemptTimeoutMs?: number;
  /** Shortest wait in milliseconds after an attempt at every server has failed. Default 25. */
  readonly retryDelayMsMin?: number;
  /** Longest such wait, at least `retryDelayMsMin`. Default 1 000. */
  readonly retryDelayMsMax?: number;
  /** The name under which servers list this client's session, 1 to 64 characters. Default: random. */
  readonly name?: string;
  /** Default `stream`. Choose `http` if something between here and the servers blocks WebSockets. */
  readonly transport?: Transport;
  /**
   * The token of a user, or a function that returns the current one. It is sent to every server, so use `https`
   * beyond this machine. In a browser it needs the transport `http`. Default: none, the client is anonymous.
   */
  readonly token?: TokenSource;
  /** How the servers of `https` endpoints are recognized, and the certificate of a user. Node.js only. */
  readonly tls?: ClientTlsOptions;
  /** Another network, clock and randomness. Default: the system's. `transport` then has no effect. */
  readonly environment?: Environment;
}

/** `encoding`: how values are stored, and what they are in the program. Default `utf8`. */
export type KvClientOptions<E = 'utf8'> = ClientOptions & Target & EncodingOption<E>;

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call with `KV_ABORTED` when it fires. */
  readonly signal?: AbortSignal;
  /** For this call, in place of the client's `timeoutMs`. Same range. */
  readonly timeoutMs?: number;
}

/** Options of a single read. */
export interface GetOptions extends CallOptions {
  /** Default `linearizable`. */
  readonly consistency?: Consistency;
}

/** The checked options of a client. */
export interface Settings extends RetrySettings {
  /** `undefined`: no deadline. */
  readonly timeoutMs: number | undefined;
  readonly name: string;
  readonly transport: Transport;
  readonly credentials: Credentials;
}

export type Names<T> = Readonly<Record<keyof T, true>>;

const clientOptionNames = Object.keys({
  endpoints: true,
  encoding: true,
  timeoutMs: true,
  attemptTimeoutMs: true,
  retryDelayMsMin: true,
  retryDelayMsMax: true,
  name: true,
  transport: true,
  token: true,
  tls: true,
  environment: true,
  server: true,
} satisfies Names<ClientOptions & Target & { encoding: unknown }>);

export const callOptionNames: readonly string[] = Object.keys({
  signal: true,
  timeoutMs: true,
} satisfies Names<CallOptions>);

export const getOptionNames: readonly string[] = Object.keys({
  signal: true,
  timeoutMs: true,
  consistency: true,
} satisfies Names<GetOptions>);

/** @throws TypeError if an option is unknown, missing or out of its range. Does not check `endpoints`. */
export function toSettings(options: ClientOptions & Target): Settings {
  if (typeof options !== 'object' || options === null) {
    const example = "{ endpoints: ['127.0.0.1:4401'] }";
    throw new TypeError(`KvClient needs an object with at least its endpoints, such as ${example}`);
  }
  checkNames(options, clientOptionNames);
  if (options.server !== undefined && options.endpoints !== undefined) {
    throw new TypeError('KvClient takes either endpoints or a server, not both');
  }
  if (options.server !== undefined && typeof options.server?.submit !== 'function') {
    throw new TypeError('server must be a KvServer of this process; give addresses as endpoints');
  }
  const settings = {
    timeoutMs: toTimeoutMs('timeoutMs', options.timeoutMs ?? 10_000),
    attemptTimeoutMs: toTimeoutMs('attemptTimeoutMs', options.attemptTimeoutMs ?? 2_000),
    retryDelayMsMin: toTimeMs('retryDelayMsMin', options.retryDelayMsMin ?? 25),
    retryDelayMsMax: toTimeMs('retryDelayMsMax', options.retryDelayMsMax ?? 1_000),
    name: toName(options.name ?? nanoid()),
    transport: oneOf('transport', ['stream', 'http'], options.transport ?? 'stream'),
    credentials: toCredentials(options),
  };
  if (settings.retryDelayMsMin > settings.retryDelayMsMax) {
    throw new TypeError('retryDelayMsMin is above retryDelayMsMax');
  }
  return settings;
}

/**
 * The limits of one call.
 *
 * @throws TypeError if an option is not in `names` or out of its range.
 */
export function toCallLimits(
  options: CallOptions | undefined,
  names: readonly string[],
  { timeoutMs }: Settings,
): CallLimits {
  if (options === undefined) {
    return { timeoutMs, signal: undefined };
  }
  checkNames(options, names);
  return {
    timeoutMs:
      options.timeoutMs === undefined ? timeoutMs : toTimeoutMs('timeoutMs', options.timeoutMs),
    signal: options.signal === undefined ? undefined : toSignal(options.signal),
  };
}

/** @throws TypeError unless it is a known consistency. */
export function toConsistency(consistency: Consistency = 'linearizable'): Consistency {
  return oneOf('consistency', ['linearizable', 'serializable'], consistency);
}

/** `Infinity` as `undefined`. */
function toTimeoutMs(name: string, timeoutMs: number): number | undefined {
  return timeoutMs === Number.POSITIVE_INFINITY ? undefined : toTimeMs(name, timeoutMs);
}

function toTimeMs(name: string, timeMs: number): number {
  if (typeof timeMs !== 'number' || !(timeMs > 0 && timeMs <= timeMsMax)) {
    throw new TypeError(`${name} is ${timeMs}; it must be above 0 and at most ${timeMsMax}`);
  }
  return timeMs;
}

function toName(name: string): string {
  const isText = typeof name === 'string' && !/\p{Surrogate}/u.test(name);
  if (!isText || name.length < 1 || name.length > clientNameLengthMax) {
    throw new TypeError(`name must be a string of 1 to ${clientNameLengthMax} characters`);
  }
  return name;
}

/** Not by `instanceof`: a polyfill's signal serves as well. */
function toSignal(signal: AbortSignal): AbortSignal {
  if (typeof signal?.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
    throw new TypeError('signal must be an AbortSignal');
  }
  return signal;
}

function oneOf<T extends string>(name: string, allowed: readonly T[], given: T): T {
  if (allowed.includes(given)) {
    return given;
  }
  const names = allowed.map((each) => `"${each}"`).join(' or ');
  throw new TypeError(`${name} is "${String(given)}"; it must be ${names}`);
}

/** @throws TypeError unless `options` is an object that has these names only. */
export function checkNames(options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    const given = options === null ? 'null' : typeof options;
    throw new TypeError(`options must be an object with ${known.join(', ')}, not ${given}`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      const likely = known.find((each) => isSimilar(each, name));
      const hint = likely === undefined ? '' : ` Did you mean "${likely}"?`;
      throw new TypeError(`unknown option "${name}".${hint} Options: ${known.join(', ')}`);
    }
  }
}

/** Whether one name begins with the other, ignoring case, such as `timeout` and `timeoutMs`. */
function isSimilar(known: string, given: string): boolean {
  const [a, b] = [known.toLowerCase(), given.toLowerCase()];
  return b !== '' && (a.startsWith(b) || b.startsWith(a));
}
