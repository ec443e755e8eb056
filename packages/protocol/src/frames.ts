/**
 * Frames of a stream: MessagePack, one after another, what they hold. See docs/stream.md. What comes in is
 * foreign until it was looked at here.
 */
import { Packr } from 'msgpackr';
import { type Row, toCount } from './rows.ts';

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

/** What a server says without being asked. After `goodbye` it takes no new request. */
export type NoticeRow = ['hello', Hello] | ['leader', number | null] | ['goodbye'];

/** Notice as a client takes it. */
export type Notice =
  | { readonly type: 'hello'; readonly node: number; readonly leader: number | undefined }
  | { readonly type: 'leader'; readonly leader: number | undefined }
  | { readonly type: 'goodbye' };

// Shared structures would make a frame depend on those before it.
const packr = new Packr({ useRecords: false, moreTypes: false });

/** `pairs`: the id of a request and a row, the id of the next, and so on. */
export function packFrame(pairs: readonly unknown[]): Uint8Array {
  // As one array, without the header that says how many there are: one call for the whole frame.
  return packr.pack(pairs).subarray(arrayHeaderBytes(pairs.length));
}

/** The frame of a message that the server sends unasked. */
export function packNotice(notice: NoticeRow): Uint8Array {
  return packr.pack(notice);
}

/**
 * What is in a frame from a server, in order: answers as pairs of id and row, or one array of news.
 *
 * @throws Error if it is no MessagePack.
 */
export function unpackFrame(frame: Uint8Array): readonly unknown[] {
  return packr.unpackMultiple(frame) ?? [];
}

/**
 * Notice that a newer server may send, and that is not known here, is left out.
 *
 * @throws TypeError if it is not as such news must be, or of another format.
 */
export function noticeFromRow([type, about]: Row): Notice | undefined {
  switch (type) {
    case 'hello':
      return toHello(about);
    case 'leader':
      return { type, leader: toLeader(about) };
    case 'goodbye':
      return { type };
    default:
      return undefined;
  }
}

function toHello(about: unknown): Notice {
  const { format, node, leader }: Record<string, unknown> = { ...Object(about) };
  if (format !== streamFormat) {
    throw new TypeError(
      `The server speaks format ${String(format)} of streams, this client ${streamFormat}.`,
    );
  }
  return { type: 'hello', node: toCount(node), leader: toLeader(leader) };
}

function toLeader(field: unknown): number | undefined {
  return field === null ? undefined : toCount(field);
}

/** Bytes that MessagePack puts before the items of an array. */
function arrayHeaderBytes(length: number): number {
  if (length < 16) return 1;
  return length < 0x10000 ? 3 : 5;
}
