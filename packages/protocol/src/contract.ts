/**
 * The contract between a client and a server: paths, bodies and error codes. Types, constants and
 * nothing else, so that the server can import it without loading the client.
 */

/** Paths of the HTTP interface. Bodies are JSON; see docs/http-api.md. */
export const paths = {
  /** People-friendly form: the key is the rest of the path, percent-encoded UTF-8. */
  kv: '/v1/kv/',
  /** Exact form: POST with a body below, keys and values of any bytes in base64. */
  get: '/v1/get',
  put: '/v1/put',
  append: '/v1/append',
  delete: '/v1/delete',
  sessions: '/v1/sessions',
  status: '/status',
  live: '/livez',
  ready: '/readyz',
  /** A WebSocket that carries many requests at once; see docs/stream.md. */
  stream: '/v1/stream',
} as const;

/** Bytes in standard base64 with padding. */
export type Base64 = string;

/**
 * Makes a repeated request take effect once. The server remembers the reply to every number from
 * `firstOutstanding` on, and gives it again instead of doing the work again.
 */
export interface SessionStamp {
  /** As given by `POST /v1/sessions`. Never given twice. */
  readonly id: number;
  /** From 1, one more for each new request; the same for each retry of it. */
  readonly number: number;
  /** The lowest number whose reply the client still awaits: at most `number`. */
  readonly firstOutstanding: number;
}

/**
 * What a read may answer. `linearizable`: nothing older than any answer given anywhere before it was
 * asked. `serializable`: what the server asked holds at this moment, which may be old; it costs no
 * message and is there without a majority.
 */
export type Consistency = 'linearizable' | 'serializable';

export interface GetBody {
  readonly key: Base64;
  /** Default `linearizable`. */
  readonly consistency?: Consistency;
}
export interface PutBody {
  readonly key: Base64;
  readonly value: Base64;
  readonly session?: SessionStamp;
}
export interface AppendBody extends PutBody {}
export interface DeleteBody {
  readonly key: Base64;
  readonly session?: SessionStamp;
}
export interface OpenSessionBody {
  /** A name for people, 1 to 64 characters; it need not be unique. */
  readonly client: string;
}

/** Where a key's value stands in the history of the store. */
export interface Versions {
  /** Revision at which the key came to be, counted anew after a delete. */
  readonly createRevision: number;
  /** Revision at which the value was last written. */
  readonly modRevision: number;
  /** How often the key was written since it came to be, from 1. */
  readonly version: number;
}

export type GetReply =
  | { readonly found: false }
  | ({ readonly found: true; readonly value: Base64 } & Versions);
export interface PutReply {
  /** The store's revision after this write. */
  readonly revision: number;
}
export interface AppendReply extends PutReply {
  /** Bytes of the value after the append. */
  readonly length: number;
}
export interface DeleteReply extends PutReply {
  /** False if the key was absent; the revision is then as before. */
  readonly deleted: boolean;
}
export interface OpenSessionReply {
  readonly session: number;
}

/** How one server sees itself. */
export interface StatusReply {
  readonly node: number;
  readonly cluster: string;
  /**
   * `starting`: not serving yet. `repairing`: not serving; what it lost is being brought back, or it
   * waits for its disk. `failed`: it has given up and is about to end.
   */
  readonly state: 'starting' | 'running' | 'repairing' | 'stopping' | 'failed';
  /** Why, where the state is `repairing` or `failed`. */
  readonly reason?: string;
  /** Highest instance applied to the state, or −1. */
  readonly applied: number;
  /** The Paxos log: lowest instance remembered, and highest heard of. */
  readonly min: number;
  readonly max: number;
  readonly revision: number;
  readonly sessions: number;
  /** Requests accepted and not answered yet. */
  readonly pending: number;
  /** The node that leads, as far as this one knows: writes are quickest there. */
  readonly leader: number | null;
  readonly peers: readonly PeerStatus[];
  readonly residentBytes: number;
  readonly uptimeMs: number;
  readonly version: string;
}

export interface PeerStatus {
  readonly node: number;
  /** Whether this server has an open connection to that one. */
  readonly connected: boolean;
  /** Why not, where it is known. */
  readonly reason?: string;
}

/** What an error says of the request: it did not and will not take effect, it did, or nobody knows. */
export type Outcome = 'not done' | 'done' | 'unknown';

/**
 * Every error code: what it says of the request, and its HTTP status. Codes never change meaning.
 * `null` status: made by the client itself, never sent.
 */
export const errorCodes = {
  /** The request can never succeed as written. */
  KV_BAD_REQUEST: { outcome: 'not done', status: 400 },
  /** No such path. */
  KV_NO_SUCH_ROUTE: { outcome: 'not done', status: 404 },
  /** Only the people-friendly get says this; absence is no error elsewhere. */
  KV_NO_SUCH_KEY: { outcome: 'done', status: 404 },
  KV_METHOD_NOT_ALLOWED: { outcome: 'not done', status: 405 },
  /** The body did not arrive in time. */
  KV_SLOW_REQUEST: { outcome: 'not done', status: 408 },
  /** The session number was used before for another request. */
  KV_NUMBER_REUSED: { outcome: 'not done', status: 409 },
  /** The session is not known any more; an earlier delivery of this request may have taken effect. */
  KV_SESSION_EXPIRED: { outcome: 'unknown', status: 410 },
  /** The body, key or value is over its limit. */
  KV_TOO_LARGE: { outcome: 'not done', status: 413 },
  KV_UNSUPPORTED_MEDIA: { outcome: 'not done', status: 415 },
  /** A defect of the server. */
  KV_INTERNAL: { outcome: 'unknown', status: 500 },
  /** Queues are full. Retry later. */
  KV_OVERLOADED: { outcome: 'not done', status: 503 },
  /** The server is starting, stopping or quarantined. Another may serve. */
  KV_UNAVAILABLE: { outcome: 'not done', status: 503 },
  /** The server stopped, or its disk failed, while the request was under way. */
  KV_INTERRUPTED: { outcome: 'unknown', status: 503 },
  /** No decision in time. Most often no majority of servers is reachable. */
  KV_TIMEOUT: { outcome: 'unknown', status: 504 },
  /** No server could be reached before the deadline, and none can have seen the request. */
  KV_UNREACHABLE: { outcome: 'not done', status: null },
  /** The caller's signal ended the wait. */
  KV_ABORTED: { outcome: 'unknown', status: null },
  /** The client was closed before the call. */
  KV_CLOSED: { outcome: 'not done', status: null },
} as const satisfies Record<string, { outcome: Outcome; status: number | null }>;

export type KvErrorCode = keyof typeof errorCodes;

/** The body of every error answer. */
export interface ErrorReply {
  readonly error: {
    readonly code: KvErrorCode;
    readonly outcome: Outcome;
    readonly message: string;
  };
}

/** Limits of one request, in bytes. */
export const keyBytesMax = 1024;
export const valueBytesMax = 1024 * 1024;
/** Numbers of one session that may await a reply at once. */
export const sessionWindowMax = 1024;
