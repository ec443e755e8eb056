/** The exact form: POST with a JSON body, keys and values of any bytes in base64. For programs. */
import type {
  AppendReply,
  Command,
  Consistency,
  DeleteReply,
  GetReply,
  OpenSessionReply,
  PutReply,
  Reply,
  Request,
  Stamp,
} from '@paxkv/protocol';
import { paths } from '@paxkv/protocol';
import type { z } from 'zod';
import { checkKey, checkValue, submit } from '../../../service/submission.ts';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import type { Endpoint, Router } from '../router.ts';
import {
  deleteSchema,
  fromBase64,
  getSchema,
  openSessionSchema,
  putSchema,
  readJson,
} from './json-body.ts';
import { flagsOf } from './query-flags.ts';

/** One path: the body it takes, the command that makes, the reply that comes, and its JSON. */
interface Exchange<S extends z.ZodType, T extends Reply['type']> {
  readonly schema: S;
  readonly toRequest: (body: z.infer<S>) => Request;
  readonly consistencyOf?: (body: z.infer<S>) => Consistency | undefined;
  readonly expects: T;
  readonly toJson: (reply: Extract<Reply, { type: T }>) => object;
}

export function addExactRoutes(router: Router, door: HttpContext): void {
  const add = <S extends z.ZodType, T extends Reply['type']>(
    path: string,
    exchange: Exchange<S, T>,
  ) => {
    router.add(path, { POST: toEndpoint(door, exchange) });
  };
  add(paths.get, {
    schema: getSchema,
    toRequest: ({ key }) => toRequest({ type: 'get', key: toKey(key) }),
    consistencyOf: ({ consistency }) => consistency,
    expects: 'got',
    toJson: toGetReply,
  });
  add(paths.put, {
    schema: putSchema,
    toRequest: ({ key, value, session }) =>
      toRequest({ type: 'put', key: toKey(key), value: toValue(value) }, session),
    expects: 'put',
    toJson: ({ revision }): PutReply => ({ revision }),
  });
  add(paths.append, {
    schema: putSchema,
    toRequest: ({ key, value, session }) =>
      toRequest({ type: 'append', key: toKey(key), value: toValue(value) }, session),
    expects: 'appended',
    toJson: ({ revision, length }): AppendReply => ({ revision, length }),
  });
  add(paths.delete, {
    schema: deleteSchema,
    toRequest: ({ key, session }) => toRequest({ type: 'delete', key: toKey(key) }, session),
    expects: 'deleted',
    toJson: ({ revision, existed }): DeleteReply => ({ revision, deleted: existed }),
  });
  add(paths.sessions, {
    schema: openSessionSchema,
    toRequest: ({ client }) => toRequest({ type: 'openSession', client }),
    expects: 'sessionOpened',
    toJson: ({ session }): OpenSessionReply => ({ session }),
  });
}

function toEndpoint<S extends z.ZodType, T extends Reply['type']>(
  door: HttpContext,
  { schema, toRequest, consistencyOf, expects, toJson }: Exchange<S, T>,
): Endpoint {
  const { bodyBytesMax: bytesMax, bodyTimeoutMs: timeoutMs } = door.limits;
  const limits = { bytesMax, timeoutMs };
  return async (httpRequest, response) => {
    flagsOf(httpRequest, []);
    const body = await readJson(httpRequest, schema, limits);
    const reply = await submit(door.submitter, {
      request: toRequest(body),
      expects,
      signal: door.connections.signalOf(response),
      consistency: consistencyOf?.(body),
    });
    sendJson(response, toJson(reply));
  };
}

function toRequest(command: Command, stamp?: Stamp): Request {
  return stamp === undefined ? { command } : { stamp, command };
}

function toKey(text: string) {
  return checkKey(fromBase64(text, 'key'));
}

function toValue(text: string) {
  return checkValue(fromBase64(text, 'value'));
}

function toGetReply({ entry }: Extract<Reply, { type: 'got' }>): GetReply {
  if (entry === undefined) return { found: false };
  const { value, createRevision, modRevision, version } = entry;
  const { buffer, byteOffset, byteLength } = value;
  const text = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { found: true, value: text, createRevision, modRevision, version };
}
