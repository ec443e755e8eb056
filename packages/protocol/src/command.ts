/**
 * What the store understands, and what it answers. A command and the state before it determine the
 * answer and the state after it: nothing here reads a clock, chance or a setting.
 */

/** Keys and values are any bytes. */
export type Bytes = Uint8Array;

export type Command =
  | { readonly type: 'get'; readonly key: Bytes }
  | { readonly type: 'put'; readonly key: Bytes; readonly value: Bytes }
  /** An absent key counts as empty. */
  | { readonly type: 'append'; readonly key: Bytes; readonly value: Bytes }
  | { readonly type: 'delete'; readonly key: Bytes }
  | { readonly type: 'openSession'; readonly client: string };

/** See `SessionStamp` in the client's protocol. */
export interface Stamp {
  readonly session: number;
  readonly number: number;
  readonly firstOutstanding: number;
}

/** A command as it travels through the log. Without a stamp, a second delivery is a second request. */
export interface Request {
  readonly stamp?: Stamp;
  readonly command: Command;
  /** The request as it lies in a batch, where whoever brought it has it in that form already. */
  readonly encoded?: Bytes;
}

/** What the store knows of a present key. */
export interface Entry {
  readonly value: Bytes;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

export type Reply =
  | { readonly type: 'got'; readonly entry: Entry | undefined }
  | { readonly type: 'put'; readonly revision: number }
  | { readonly type: 'appended'; readonly revision: number; readonly length: number }
  | { readonly type: 'deleted'; readonly revision: number; readonly existed: boolean }
  | { readonly type: 'sessionOpened'; readonly session: number }
  | { readonly type: 'refused'; readonly reason: Refusal };

export type Refusal =
  /** No such session: never opened, or put out by newer ones. */
  | 'sessionExpired'
  /** The number was used before for another command. */
  | 'numberReused'
  /** The number is below the first outstanding one, or too far above it. */
  | 'outsideWindow'
  /** The value would grow over its limit. */
  | 'tooLarge';
