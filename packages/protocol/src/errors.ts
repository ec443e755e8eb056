/** Errors of clients and servers: each has a stable code and an outcome of the request. */
import { z } from 'zod';
import type { ErrorCode, Outcome } from './commands/spec.ts';
import { commands } from './commands/table.ts';

/** Codes that any request may fail with. */
const generalCodes = {
  /** The request can never succeed as written. */
  KV_BAD_REQUEST: { outcome: 'not done', status: 400 },
  /** The server admits no anonymous requests, or the credentials of this one prove no user. */
  KV_UNAUTHENTICATED: { outcome: 'not done', status: 401 },
  /** The user lacks the right. */
  KV_FORBIDDEN: { outcome: 'not done', status: 403 },
  /** Too many wrong tokens came from this address. Retry later. */
  KV_TOO_MANY_ATTEMPTS: { outcome: 'not done', status: 429 },
  /** No such path. */
  KV_NO_SUCH_ROUTE: { outcome: 'not done', status: 404 },
  /** Only the people-friendly form of get uses this; an absent key is no error elsewhere. */
  KV_NO_SUCH_KEY: { outcome: 'done', status: 404 },
  KV_METHOD_NOT_ALLOWED: { outcome: 'not done', status: 405 },
  /** The body did not arrive in time. */
  KV_SLOW_REQUEST: { outcome: 'not done', status: 408 },
  /** The request number was used before for another request. */
  KV_NUMBER_REUSED: { outcome: 'not done', status: 409 },
  /** The session is unknown or expired; an earlier delivery of this request may have taken effect. */
  KV_SESSION_EXPIRED: { outcome: 'unknown', status: 410 },
  /** The session no longer keeps the reply of this number: an earlier delivery may have taken effect. */
  KV_REPLY_GONE: { outcome: 'unknown', status: 410 },
  /** The condition in the headers of the request does not hold. */
  KV_CONDITION_FAILED: { outcome: 'not done', status: 412 },
  /** The server belongs to another cluster than the client has used, or to the same one made anew. */
  KV_WRONG_CLUSTER: { outcome: 'not done', status: 421 },
  /** The body, key or value is over its limit. */
  KV_TOO_LARGE: { outcome: 'not done', status: 413 },
  KV_UNSUPPORTED_MEDIA: { outcome: 'not done', status: 415 },
  /** The cluster runs at a lower feature level than the command needs: some server has an older version. */
  KV_FEATURE_OFF: { outcome: 'not done', status: 501 },
  /** A defect of the server. */
  KV_INTERNAL: { outcome: 'unknown', status: 500 },
  /** A bound of the server is reached, which the message names. Retry later. */
  KV_OVERLOADED: { outcome: 'not done', status: 503 },
  /** The server is starting, repairing or stopping. Another server may be available. */
  KV_UNAVAILABLE: { outcome: 'not done', status: 503 },
  /** The server stopped, or its disk failed, while the request was in progress. */
  KV_INTERRUPTED: { outcome: 'unknown', status: 503 },
  /** The request was not decided in time. Most often, no majority of servers is reachable. */
  KV_TIMEOUT: { outcome: 'unknown', status: 504 },
  /** No server could be reached before the deadline, and none can have received the request. */
  KV_UNREACHABLE: { outcome: 'not done', status: null },
  /** The caller's signal ended the wait. */
  KV_ABORTED: { outcome: 'unknown', status: null },
  /** Others changed what a transaction had read, again and again until its time was over. */
  KV_CONFLICT: { outcome: 'not done', status: null },
  /** The encoding of the client cannot represent the value. */
  KV_NOT_ENCODABLE: { outcome: 'not done', status: null },
  /** The store answered, and what it holds is not in the encoding of the client. */
  KV_NOT_DECODABLE: { outcome: 'not done', status: null },
  /** A lease or a lock may be over: it was not renewed in time, or was ended. */
  KV_LEASE_LOST: { outcome: 'unknown', status: null },
  /** The client was closed before the call. */
  KV_CLOSED: { outcome: 'not done', status: null },
} as const satisfies Record<string, ErrorCode>;

type Specs = (typeof commands)[keyof typeof commands];

/** Codes that commands declare. */
type CommandCode = Specs extends infer S
  ? S extends { readonly errors: infer E }
    ? keyof E & string
    : never
  : never;

/** A stable code; see `errorCodes`. */
export type KvErrorCode = keyof typeof generalCodes | CommandCode;

/**
 * Every error code, with its outcome and its HTTP status. The meaning of a code never changes.
 * Codes with the status `null` are raised by the client itself and never sent.
 */
export const errorCodes: Readonly<Record<KvErrorCode, ErrorCode>> = Object.assign(
  {},
  generalCodes,
  ...Object.values(commands).map((spec) => ('errors' in spec ? spec.errors : {})),
);

/** What is known of an error besides its code and its message. */
export interface ErrorDetails {
  readonly cause?: unknown;
  /** Default: that of the code. */
  readonly outcome?: Outcome;
  readonly retryAfterMs?: number;
  readonly requestId?: string | undefined;
}

/** Raised by the client and by the server for every operating error. Misuse raises `TypeError`. */
export class KvError extends Error {
  override readonly name = 'KvError';
  /** Stable; see {@link errorCodes}. */
  readonly code: KvErrorCode;
  /** Whether the request took effect. */
  readonly outcome: Outcome;
  /** Names the request in the log of the server that sent this error, if it did. */
  readonly requestId?: string;
  /** After how many milliseconds a retry may succeed, if that is known. */
  readonly retryAfterMs: number | undefined;

  /** The default `outcome` is that of the code. A caller that knows more passes another. */
  constructor(code: KvErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.outcome = details.outcome ?? errorCodes[code].outcome;
    if (details.requestId !== undefined) this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether this version knows the code. A newer server may send others. */
export function isKvErrorCode(code: unknown): code is KvErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorCodes, code);
}

const outcomes: readonly unknown[] = ['not done', 'done', 'unknown'] satisfies readonly Outcome[];

export function isOutcome(field: unknown): field is Outcome {
  return outcomes.includes(field);
}

/** The body of every error reply. */
export interface ErrorReply {
  readonly error: {
    readonly code: KvErrorCode;
    readonly outcome: Outcome;
    readonly message: string;
    readonly retryAfterMs?: number | undefined;
    /** Names the request in the log of the server. */
    readonly requestId?: string;
  };
}

const retryAfterSchema = z.number().min(0).optional();

/** Decodes an error of a newer server, whose code this version may not know. */
export const newerErrorSchema = z.object({
  error: z.object({
    code: z.string().regex(/^KV_[A-Z_]+$/),
    outcome: z.custom<Outcome>(isOutcome),
    message: z.string(),
    retryAfterMs: retryAfterSchema,
  }),
});

/** Decodes an error from a JSON body. */
export const errorReplySchema: z.ZodType<ErrorReply> = z.object({
  error: z.object({
    code: z.custom<KvErrorCode>(isKvErrorCode),
    outcome: z.custom<Outcome>(isOutcome),
    message: z.string(),
    retryAfterMs: retryAfterSchema,
    requestId: z.string().exactOptional(),
  }),
});
