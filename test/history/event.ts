/**
 * The events of a history: a client makes a call, and later hears what became of it. Their order is
 * real time: whatever was heard before a call was made stands before it.
 *
 * ```text
 *   invoke ──▶ ok      it took effect, between the two
 *          ──▶ fail    it did not and will not take effect (or was a get that got nothing)
 *          ──▶ info    nobody knows: it may take effect at any time from here on, or never
 * ```
 */
import type { Answers, OperationName } from './operation.ts';

interface Stamped {
  /** Nanoseconds on the one clock of the recorder. For people: the order of events decides. */
  readonly at: number;
  /** Has one operation open at a time, and is never heard of again after `info`. */
  readonly process: number;
  /** The operation's number, the same at its call and at its end. */
  readonly id: number;
  readonly key: string;
  /** The server that was asked, where the client asks only one. */
  readonly node?: number;
}

/** What is asked of a key. */
export type Request =
  | { readonly name: 'get' }
  | { readonly name: 'put'; readonly value: string }
  | { readonly name: 'append'; readonly value: string }
  | { readonly name: 'delete' }
  | { readonly name: 'increment'; readonly by: number };

/** An answer that says what it answers. */
export type Answer = { [N in OperationName]: { readonly name: N } & Answers[N] }[OperationName];

export interface Invoke extends Stamped {
  readonly type: 'invoke';
  readonly request: Request;
}

export interface Ok extends Stamped {
  readonly type: 'ok';
  readonly answer: Answer;
}

/** Why a client gave up. */
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
