/**
 * The calls of one client: checks their options, gives each a deadline, reports how it ended, and waits for all of them
 * before the client is closed.
 */
import {
  type CommandOf,
  type CommandType,
  KvError,
  type Request,
  type StatusReply,
  type WriteType,
} from '@paxkv/protocol';
import type { AuthCalls } from './auth-admin.ts';
import { reported } from './diagnostics/call-report.ts';
import type { ClientEvents } from './diagnostics/client-events.ts';
import { exchangeListener } from './diagnostics/exchange-listener.ts';
import type { Environment } from './environment.ts';
import {
  type CallOptions,
  callOptionNames,
  type GetOptions,
  getOptionNames,
  type Settings,
  toCallLimits,
  toConsistency,
} from './options.ts';
import type { ReplyTo } from './request.ts';
import type { EndpointStatus } from './results.ts';
import { CallDeadline, DeadlineTimer } from './retry/deadlines.ts';
import { Endpoints } from './retry/endpoints.ts';
import { Retry } from './retry/retry.ts';
import { SessionWriter } from './session/session-writer.ts';
import type { RetryParts } from './transaction/retried-change.ts';

/** What a client consists of. */
export interface CallsParts {
  readonly settings: Settings;
  readonly environment: Environment;
  /** Addresses of servers. */
  readonly endpoints: readonly string[];
  readonly events: ClientEvents;
}

/** The types of commands that change nothing. */
type ReadType = Exclude<CommandType, WriteType | 'openSession'>;

/** The options of a call, and the names that they may have. */
interface Given {
  readonly options: CallOptions | undefined;
  readonly names?: readonly string[];
}

export class Calls {
  readonly #parts: CallsParts;
  readonly #endpoints: Endpoints;
  readonly #retry: Retry;
  readonly #writer: SessionWriter;
  #inFlightCount = 0;
  #onIdle = () => {};
  #closing: Promise<void> | undefined;

  constructor(parts: CallsParts) {
    const { settings, environment, events } = parts;
    const { clock, random } = environment;
    const timer = new DeadlineTimer(clock);
    environment.exchange.observe?.(exchangeListener(events));
    this.#parts = parts;
    this.#endpoints = new Endpoints(parts.endpoints, random.next());
    const shared = { environment, timer, settings, events };
    this.#retry = new Retry({ ...shared, endpoints: this.#endpoints });
    this.#writer = new SessionWriter(settings.name, { clock, timer, retry: this.#retry, events });
  }

  /** Addresses of servers. */
  get endpoints(): readonly string[] {
    return this.#endpoints.all;
  }

  /** How long one server may take; `undefined`: as long as the call. */
  get attemptTimeoutMs(): number | undefined {
    return this.#parts.settings.attemptTimeoutMs;
  }

  /** What calls need that consist of several calls. */
  get retryParts(): RetryParts {
    const { environment, settings } = this.#parts;
    return { ...environment, timeoutMs: settings.timeoutMs };
  }

  /** The calls about users. */
  get auth(): AuthCalls {
    return {
      read: (options) => this.read({ type: 'getAuth' }, options),
      write: (command, options) => this.write(command, options),
    };
  }

  /** `names`: the options that the call may have. */
  read<C extends CommandOf<ReadType>>(
    command: C,
    options: GetOptions | undefined,
    names: readonly string[] = getOptionNames,
  ): Promise<ReplyTo<Request<C>>> {
    return this.#call(command.type, { options, names }, (deadline) => {
      const request = { command, consistency: toConsistency(options?.consistency) };
      return this.#retry.send(request, this.#retry.newCall(command.type, deadline));
    });
  }

  /** As `read`, from the server at `endpoint`, which is asked once. */
  readAt<C extends CommandOf<ReadType>>(
    endpoint: string,
    command: C,
    options: CallOptions | undefined,
  ): Promise<ReplyTo<Request<C>>> {
    return this.#call(command.type, { options }, (deadline) =>
      this.#retry.sendOnce({ command }, endpoint, deadline),
    );
  }

  write<C extends CommandOf<WriteType>>(
    command: C,
    options: CallOptions | undefined,
    names: readonly string[] = callOptionNames,
  ): Promise<ReplyTo<Request<C>>> {
    return this.#call(command.type, { options, names }, (deadline) =>
      this.#writer.write(command, deadline),
    );
  }

  /** The status of the server at `endpoint`, or of any server. */
  async status(
    endpoint: string | undefined,
    options: CallOptions | undefined,
  ): Promise<StatusReply> {
    const request = { command: { type: 'status' } } as const;
    const { status } = await this.#call('status', { options }, (deadline) =>
      endpoint === undefined
        ? this.#retry.send(request, this.#retry.newCall('status', deadline))
        : this.#retry.sendOnce(request, endpoint, deadline),
    );
    return status;
  }

  /** The status of each server in the order of `endpoints`, or the error of the request for it. */
  statuses(options: CallOptions | undefined): Promise<readonly EndpointStatus[]> {
    return Promise.all(
      this.endpoints.map(async (endpoint): Promise<EndpointStatus> => {
        try {
          return { endpoint, status: await this.status(endpoint, options) };
        } catch (error) {
          if (error instanceof KvError) return { endpoint, error };
          throw error;
        }
      }),
    );
  }

  /** Refuses further calls, waits for those in flight and closes connections. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Does the work of one call, and reports how it ended. */
  async #call<T>(
    operation: string,
    { options, names = callOptionNames }: Given,
    work: (deadline: CallDeadline) => Promise<T>,
  ): Promise<T> {
    const deadline = this.#begin(options, names);
    try {
      const { events, environment } = this.#parts;
      return await reported({ events, clock: environment.clock, operation }, deadline, work);
    } finally {
      this.#end(deadline);
    }
  }

  async #close(): Promise<void> {
    if (this.#inFlightCount > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#parts.environment.exchange.close();
  }

  #begin(options: CallOptions | undefined, names: readonly string[]): CallDeadline {
    if (this.#closing !== undefined) {
      throw new KvError('KV_CLOSED', 'the client was closed before this call');
    }
    const limits = toCallLimits(options, names, this.#parts.settings);
    if (limits.signal?.aborted) {
      const details = { cause: limits.signal.reason, outcome: 'not done' } as const;
      throw new KvError('KV_ABORTED', 'the signal had fired before this call', details);
    }
    const deadline = new CallDeadline(this.#parts.environment.clock, limits);
    this.#inFlightCount += 1;
    return deadline;
  }

  #end(deadline: CallDeadline): void {
    deadline.dispose();
    this.#inFlightCount -= 1;
    if (this.#inFlightCount === 0) {
      this.#onIdle();
    }
  }
}
