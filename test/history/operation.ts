/**
 * The operations of clients on one key, with their answers: the data model of the checkers. A field that
 * is missing in an answer is not checked.
 */
import { type CommandOf, type CommandType, commands } from '@paxkv/protocol';

/** The value of a present key, or `undefined` for an absent one. */
export type Value = string | undefined;

export interface GetAnswer {
  readonly value: Value;
  /** Revision at which the value was last written. Absent keys have none. */
  readonly revision?: number;
}

export interface PutAnswer {
  /** The store's revision after this write. */
  readonly revision?: number;
}

export interface AppendAnswer extends PutAnswer {
  /** Bytes of the value after the append, in UTF-8. */
  readonly length?: number;
}

export interface DeleteAnswer extends PutAnswer {
  /** Whether the key was there. If not, the revision is unchanged. */
  readonly deleted?: boolean;
}

export interface IncrementAnswer extends PutAnswer {
  /** The counter after the increment, in decimal. */
  readonly value?: string;
}

/** A write whose key is deleted when time has passed: no history of calls shows when. */
type LeasedWrite = 'putLeased' | 'putTtl';

/** Every command about a key but those. */
export type OperationName = Exclude<
  {
    [T in CommandType]: CommandOf<T> extends { readonly key: Uint8Array } ? T : never;
  }[CommandType],
  LeasedWrite
>;

export const operationNames = Object.values(commands).flatMap(
  ({ type, fields }): OperationName[] =>
    'key' in fields && !('lease' in fields) && !('ttlMs' in fields) ? [type as OperationName] : [],
);

/** The answer to each kind of operation. A command without an entry does not compile. */
export interface Answers extends Record<OperationName, PutAnswer> {
  readonly get: GetAnswer;
  readonly put: PutAnswer;
  readonly append: AppendAnswer;
  readonly delete: DeleteAnswer;
  readonly increment: IncrementAnswer;
}

/** The outcome of an operation, as far as its client knows. Positions count a history's events from 0. */
export type Fate<A> =
  | { readonly name: 'ok'; readonly position: number; readonly answer: A }
  /** It did not and will not take effect, or it was a get. */
  | { readonly name: 'failed'; readonly position: number; readonly code: string }
  /** It may take effect at any time after its call, or never. */
  | {
      readonly name: 'open';
      /** Position at which its client gave up; absent if the history ended first. */
      readonly gaveUp?: { readonly position: number; readonly code: string };
    };

interface Made<N extends OperationName> {
  readonly name: N;
  /** Unique in its history. */
  readonly id: number;
  readonly process: number;
  readonly key: string;
  /** Position of its call among the history's events. */
  readonly position: number;
  readonly fate: Fate<Answers[N]>;
}

export interface Get extends Made<'get'> {}
export interface Put extends Made<'put'> {
  readonly value: string;
}
/** An absent key counts as empty. */
export interface Append extends Made<'append'> {
  readonly value: string;
}
export interface Delete extends Made<'delete'> {}
/** An absent key counts as 0. */
export interface Increment extends Made<'increment'> {
  readonly by: number;
}

/** One call of one client, from the call until its client received the outcome. */
export type Operation = Get | Put | Append | Delete | Increment;
