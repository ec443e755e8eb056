/** What a server sends: replies, each as an id and a row, and its own news. */
import type { KvError } from '@paxkv/protocol';
import { pack, type Row } from '@paxkv/protocol';

/** Raised when a client of the old format could misread one of the new. */
export const streamFormat = 1;

/** What a server says of itself when a connection opens. */
export interface Hello {
  readonly format: typeof streamFormat;
  /** The node id of the server. */
  readonly node: number;
  /** How many servers the cluster has. */
  readonly nodes: number;
  /** The node that leads, as far as this one knows. */
  readonly leader: number | null;
  /** host:port of every server, by node id. */
  readonly addresses: readonly string[];
}

/** What a server says without being asked. After `goodbye` no new request is taken. */
export type News = ['hello', Hello] | ['leader', number | null] | ['goodbye'];

/** The tag of rows that stand for errors; no reply has it. */
const errorTag = -1;

export function encodeNews(news: News): Uint8Array {
  return pack(news);
}

/** Ids and rows in turn, back to back. */
export function encodePairs(pairs: readonly unknown[]): Uint8Array {
  // As one row, without the header that says how many there are: one call for the whole frame.
  const headerBytes = pairs.length < 16 ? 1 : pairs.length < 65_536 ? 3 : 5;
  return pack(pairs).subarray(headerBytes);
}

export function toErrorRow({ code, outcome, message }: Omit<KvError, 'name'>): Row {
  return [errorTag, code, outcome, message];
}
