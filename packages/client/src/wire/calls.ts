/**
 * What can be asked of a server: the message for each request and how its reply is read. Bytes become
 * base64 here and nowhere else.
 */
import { z } from 'zod';
import type { Message } from '../environment.ts';
import {
  type AppendReply,
  type DeleteReply,
  type OpenSessionReply,
  type PutReply,
  paths,
  type SessionStamp,
  type StatusReply,
  type Versions,
} from '../protocol.ts';

/** A message together with the shape of its reply. */
export interface Call<R> extends Message {
  /** For people, in error messages. */
  readonly name: string;
  readonly reply: z.ZodType<R>;
}

/** A present key's value as bytes, and where it stands in the history. */
export interface RawEntry extends Versions {
  readonly value: Uint8Array;
}

const count = z.int().nonnegative();
const bytes = z
  .base64()
  .transform((text): Uint8Array => new Uint8Array(Buffer.from(text, 'base64')));

const getReply: z.ZodType<RawEntry | undefined> = z.union([
  z.object({ found: z.literal(false) }).transform(() => undefined),
  z
    .object({
      found: z.literal(true),
      value: bytes,
      createRevision: count,
      modRevision: count,
      version: count,
    })
    .transform(({ found: _found, ...entry }) => entry),
]);
const putReply: z.ZodType<PutReply> = z.object({ revision: count });
const appendReply: z.ZodType<AppendReply> = z.object({ revision: count, length: count });
const deleteReply: z.ZodType<DeleteReply> = z.object({ revision: count, deleted: z.boolean() });
const openSessionReply: z.ZodType<OpenSessionReply> = z.object({ session: count });
const statusReply: z.ZodType<StatusReply> = z.object({
  node: z.int(),
  cluster: z.string(),
  state: z.enum(['starting', 'running', 'repairing', 'stopping', 'failed']),
  reason: z.string().exactOptional(),
  applied: z.int(),
  min: z.int(),
  max: z.int(),
  revision: count,
  sessions: count,
  pending: count,
  leader: z.int().nullable(),
  peers: z.array(
    z.object({ node: z.int(), connected: z.boolean(), reason: z.string().exactOptional() }),
  ),
  residentBytes: z.number(),
  uptimeMs: z.number(),
  version: z.string(),
});

export function toGet(key: Uint8Array): Call<RawEntry | undefined> {
  return { name: 'get', path: paths.get, body: { key: base64(key) }, reply: getReply };
}

/** A key and the value to put or to append. */
export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export function toPut({ key, value }: Pair, session: SessionStamp): Call<PutReply> {
  const body = { key: base64(key), value: base64(value), session };
  return { name: 'put', path: paths.put, body, reply: putReply };
}

export function toAppend({ key, value }: Pair, session: SessionStamp): Call<AppendReply> {
  const body = { key: base64(key), value: base64(value), session };
  return { name: 'append', path: paths.append, body, reply: appendReply };
}

export function toDelete(key: Uint8Array, session: SessionStamp): Call<DeleteReply> {
  const body = { key: base64(key), session };
  return { name: 'delete', path: paths.delete, body, reply: deleteReply };
}

export function toOpenSession(client: string): Call<OpenSessionReply> {
  const reply = openSessionReply;
  return { name: 'opening a session', path: paths.sessions, body: { client }, reply };
}

export function toStatus(): Call<StatusReply> {
  return { name: 'status', path: paths.status, reply: statusReply };
}

function base64(plain: Uint8Array): string {
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('base64');
}
