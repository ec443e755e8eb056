/**
 * Frames of a stream: MessagePack, one after another, what they hold. See docs/stream.md. What comes in
 * is foreign until it was looked at here.
 */
import { Packr } from 'msgpackr';
import type { Row } from './rows.ts';

/** What the server says of itself, unasked. */
export type News =
  | { readonly type: 'hello'; readonly node: number; readonly leader: number | undefined }
  /** The node that leads, as far as the server knows. */
  | { readonly type: 'leader'; readonly leader: number | undefined }
  /** It is about to stop: it answers what it has, and takes nothing more. */
  | { readonly type: 'goodbye' };

/** Of streams; the hello names it. */
const format = 1;

// Shared structures would make a frame depend on those before it.
const packr = new Packr({ useRecords: false, moreTypes: false });

/** `pairs`: the id of a request and its row, the id of the next, and so on. */
export function packFrame(pairs: readonly unknown[]): Uint8Array {
  const packed = packr.pack(pairs);
  return packed.subarray(arrayHeaderBytes(pairs.length));
}

/**
 * What is in a frame, in order: replies as pairs of id and row, or one array of news.
 *
 * @throws Error if it is no MessagePack.
 */
export function unpackFrame(frame: Uint8Array): readonly unknown[] {
  return packr.unpackMultiple(frame) ?? [];
}

/**
 * What is not known is of a newer server, and left out.
 *
 * @throws TypeError if it is not as such news must be, or of another format.
 */
export function toNews([type, about]: Row): News | undefined {
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

function toHello(about: unknown): News {
  const { format: spoken, node, leader }: Record<string, unknown> = { ...Object(about) };
  if (spoken !== format) {
    throw new TypeError(`it speaks format ${String(spoken)} of streams, this client ${format}`);
  }
  return { type: 'hello', node: toNode(node), leader: toLeader(leader) };
}

function toLeader(field: unknown): number | undefined {
  return field === null ? undefined : toNode(field);
}

function toNode(field: unknown): number {
  if (typeof field === 'number' && Number.isSafeInteger(field) && field >= 0) {
    return field;
  }
  throw new TypeError('not a node');
}

/** Bytes that MessagePack puts before the items of an array. */
function arrayHeaderBytes(length: number): number {
  if (length < 16) {
    return 1;
  }
  return length < 0x10000 ? 3 : 5;
}
