/**
 * Frames of a stream: sequences of MessagePack values; see docs/stream.md. Received frames are untrusted until
 * they have been checked here.
 */
import { Packr } from 'msgpackr';
import { toId128 } from './id128.ts';
import { type Row, toCount } from './rows.ts';
import { packTight } from './tight-pack.ts';

/** The version of the format. It increases when an older client could misread a frame. */
export const streamFormat = 1;

/** What a server reports about itself and the cluster when a stream opens. */
export interface Hello {
  readonly format: typeof streamFormat;
  /** The node id of the server. */
  readonly node: number;
  /** The number of servers in the cluster. */
  readonly nodes: number;
  /** The known leader, or `null`. */
  readonly leader: number | null;
  /** The cluster incarnation. Absent if the server does not know it yet, and from earlier servers. */
  readonly incarnation?: string;
  /** host:port of every server, by node id. */
  readonly addresses: readonly string[];
  /** Names the connection in the log of the server: a request is `<connection>-<id>`. Earlier servers name none. */
  readonly connection?: string;
}

/** The row of a notice: a message that a server sends without a request. After `goodbye` it accepts no new requests. */
export type NoticeRow =
  | ['hello', Hello]
  | ['leader', number | null]
  | ['incarnation', string]
  | ['goodbye'];

/** A notice, decoded by a client. */
export type Notice =
  | {
      readonly type: 'hello';
      readonly node: number;
      readonly leader: number | undefined;
      readonly incarnation?: string;
      readonly connection?: string;
    }
  | { readonly type: 'incarnation'; readonly incarnation: string }
  | { readonly type: 'leader'; readonly leader: number | undefined }
  | { readonly type: 'goodbye' };

// Shared structures would make a frame depend on earlier frames.
const packr = new Packr({ useRecords: false, moreTypes: false });

/** `pairs`: ids of requests and their rows, alternating. `bytes`: about the size of all values in them. */
export function packFrame(pairs: readonly unknown[], bytes = 0): Uint8Array {
  // Packing one array and cutting off its header needs only one call for the whole frame.
  return packTight(packr, pairs, bytes).subarray(arrayHeaderBytes(pairs.length));
}

/** The frame of a notice. */
export function packNotice(notice: NoticeRow): Uint8Array {
  return packr.pack(notice);
}

/**
 * The values in a frame of a server, in order: ids and rows of replies, or the row of one notice.
 *
 * @throws Error if the frame is no MessagePack.
 */
export function unpackFrame(frame: Uint8Array): readonly unknown[] {
  return packr.unpackMultiple(frame) ?? [];
}

/**
 * The notice in a row, or `undefined` for one that only a newer server knows.
 *
 * @throws TypeError if the row is malformed, or if its hello has another format.
 */
export function noticeFromRow([type, about]: Row): Notice | undefined {
  switch (type) {
    case 'hello':
      return toHello(about);
    case 'leader':
      return { type, leader: toLeader(about) };
    case 'incarnation':
      return { type, incarnation: toId128(about) };
    case 'goodbye':
      return { type };
    default:
      return undefined;
  }
}

function toHello(about: unknown): Notice {
  const fields: Record<string, unknown> = { ...Object(about) };
  const { format, node, leader, incarnation, connection } = fields;
  if (format !== streamFormat) {
    throw new TypeError(
      `The server uses stream format ${String(format)}, but this client only knows ${streamFormat}.`,
    );
  }
  return {
    ...{ type: 'hello', node: toCount(node), leader: toLeader(leader) },
    ...(incarnation !== undefined && { incarnation: toId128(incarnation) }),
    ...(typeof connection === 'string' && { connection }),
  };
}

function toLeader(field: unknown): number | undefined {
  return field === null ? undefined : toCount(field);
}

/** The size of the header that MessagePack puts before the items of an array. */
function arrayHeaderBytes(length: number): number {
  if (length < 16) return 1;
  return length < 0x10000 ? 3 : 5;
}
