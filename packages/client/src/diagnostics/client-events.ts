/**
 * ClientEvents: what a client reports of itself while it works, for logs, metrics and traces. It has the methods of an
 * `EventTarget`, which exists in Node and in browsers. An event that nobody listens to is never made.
 */

/** Names and values as OpenTelemetry has them, ready to be given to a span or a metric. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A call has ended. */
export interface CallEvent {
  /** How long it took, its retries included, in milliseconds. */
  readonly durationMs: number;
  /** Requests that were sent for it: 1 if nothing failed, 0 if none was sent. */
  readonly attempts: number;
  /** Why it failed. Absent: it did not. */
  readonly error?: unknown;
}

/** An attempt of a call has failed, and the call goes on. */
export interface RetryEvent {
  readonly error: Error;
}

/** The leader that the client knows has changed. Its connection has the address in the attributes, if there is one. */
export interface LeaderEvent {
  /** The node of the leader; `undefined` if none is known. */
  readonly leader: number | undefined;
}

/** A stream to a server takes requests now, or takes none any more. */
export interface ConnectionEvent {
  /** Why it was closed, for people. */
  readonly reason?: string;
}

/** A session was opened. */
export interface SessionEvent {
  /** Whether it replaces one that the servers no longer know. */
  readonly isReplacement: boolean;
}

/** The events by name. */
export interface ClientEventMap {
  readonly call: CallEvent;
  readonly failure: CallEvent;
  readonly retry: RetryEvent;
  readonly leader: LeaderEvent;
  readonly open: ConnectionEvent;
  readonly close: ConnectionEvent;
  readonly session: SessionEvent;
}

/** One event. `detail` has what is special to its kind. */
export class ClientEvent<T extends keyof ClientEventMap> extends Event {
  override readonly type: T;
  readonly detail: ClientEventMap[T];
  readonly attributes: Attributes;

  constructor(type: T, detail: ClientEventMap[T], attributes: Attributes) {
    super(type);
    this.type = type;
    this.detail = detail;
    this.attributes = { 'db.system.name': 'paxkv', ...attributes };
  }
}

/** As for an `EventTarget`. */
export interface ListenerOptions {
  readonly once?: boolean;
  /** Removes the listener when it fires. */
  readonly signal?: AbortSignal;
}

/** Takes one kind of event. It runs within the work of the client, so it must be quick and must not throw. */
export type ClientListener<T extends keyof ClientEventMap> = (event: ClientEvent<T>) => void;

/** Where listeners of a client are added. It has the methods of an `EventTarget`. */
export class ClientEvents {
  readonly #target = new EventTarget();
  /** The kinds for which a listener was ever added. */
  readonly #wanted = new Set<keyof ClientEventMap>();

  /** Calls `listener` at each event of this kind from now on. */
  addEventListener<T extends keyof ClientEventMap>(
    type: T,
    listener: ClientListener<T>,
    options: ListenerOptions = {},
  ): void {
    this.#wanted.add(type);
    this.#target.addEventListener(type, listener as (event: Event) => void, options);
  }

  /** Does nothing if `listener` was not added for this kind. */
  removeEventListener<T extends keyof ClientEventMap>(type: T, listener: ClientListener<T>): void {
    this.#target.removeEventListener(type, listener as (event: Event) => void);
  }

  /** Whether events of this kind must be made. */
  has(type: keyof ClientEventMap): boolean {
    return this.#wanted.has(type);
  }

  /** Reports an event to those who listen. */
  emit<T extends keyof ClientEventMap>(
    type: T,
    detail: ClientEventMap[T],
    attributes: Attributes = {},
  ): void {
    if (this.#wanted.has(type)) {
      this.#target.dispatchEvent(new ClientEvent(type, detail, attributes));
    }
  }
}
