/**
 * The events of a history: a client makes a call, and later gets its outcome. Their order is real time: an
 * outcome received before a call was made comes before that call.
 *
 * ```text
 *   invoke ──▶ ok      it took effect, between the two
 *          ──▶ fail    it did not and will not take effect (or was a get without an answer)
 *          ──▶ info    unknown: it may take effect at any time from here on, or never
 * ```
 */
import type { Answers, OperationName } from './operation.ts';

interface Stamped {
  /** Nanoseconds on the recorder's clock. For people: only the order of events counts. */
  readonly at: number;
  /** A process has one operation open at a time, and none after an `info`. */
  readonly process: number;
  /** Number of the operation, the same at its call and at its end. */
  readonly id: number;
  readonly key: string;
  /** The server that was asked, if the client asks only one. */
  readonly node?: number;
}

/** The call of an operation on a key. */
export type Request =
  | { readonly name: 'get' }
  | { readonly name: 'put'; readonly value: string }
  | { readonly name: 'append'; readonly value: string }
  | { readonly name: 'delete' }
  | { readonly name: 'increment'; readonly by: number };

/** An answer with the name of its operation. */
export type Answer = { [N in OperationName]: { readonly name: N } & Answers[N] }[OperationName];

export interface Invoke extends Stamped {
  readonly type: 'invoke';
  readonly request: Request;
}

export interface Ok extends Stamped {
  readonly type: 'ok';
  readonly answer: Answer;
}

/** The reason why a client gave up. */
interface GaveUp extends Stamped {
  readonly name: OperationName;
  /** A code of `KvError`, or the name of another error. */
  readonly code: string;
}

export interface Fail extends GaveUp {
  readonly type: 'fail';
}

export interface Info extends GaveUp {
  readonly type: 'info';
}

export type End = Ok | Fail | Info;

export type HistoryEvent = Invoke | End;
