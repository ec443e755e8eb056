/**
 * What each request is called over HTTP, and how its reply is read. Bytes become base64 here and nowhere
 * else.
 */
import type {
  AppendReply,
  DeleteReply,
  OpenSessionReply,
  PutReply,
  SessionStamp,
  StatusReply,
} from '@paxkv/protocol';
import { paths } from '@paxkv/protocol';
import { z } from 'zod';
import type { RawEntry, Reply, Request } from '../request.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { Message } from './carrier.ts';

const count = z.int().nonnegative();
const bytes = z.base64().transform(fromBase64);

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

/** The request as it stands at this moment. */
export function toMessage(request: Request): Message {
  switch (request.type) {
    case 'get': {
      const { key, consistency } = request;
      // Left out where it is the default: a server of an older version knows no other.
      const body = consistency === 'linearizable' ? {} : { consistency };
      return { path: paths.get, body: { key: toBase64(key), ...body } };
    }
    case 'put':
    case 'append': {
      const { type, key, value, stamp } = request;
      const body = { key: toBase64(key), value: toBase64(value), session: toSession(stamp) };
      return { path: paths[type], body };
    }
    case 'delete': {
      const { key, stamp } = request;
      return { path: paths.delete, body: { key: toBase64(key), session: toSession(stamp) } };
    }
    case 'openSession':
      return { path: paths.sessions, body: { client: request.client } };
    case 'status':
      return { path: paths.status };
  }
}

/** @throws ZodError unless `body` is a reply to such a request. */
export function toReply({ type }: Request, body: unknown): Reply {
  switch (type) {
    case 'get':
      return { type, entry: getReply.parse(body) };
    case 'put':
      return { type, ...putReply.parse(body) };
    case 'append':
      return { type, ...appendReply.parse(body) };
    case 'delete':
      return { type, ...deleteReply.parse(body) };
    case 'openSession':
      return { type, ...openSessionReply.parse(body) };
    case 'status':
      return { type, status: statusReply.parse(body) };
  }
}

function toSession({ id, number, firstOutstanding }: SessionStamp): SessionStamp {
  return { id, number, firstOutstanding };
}
