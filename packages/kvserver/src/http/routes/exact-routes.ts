/** The exact form: POST with a JSON body, keys and values of any bytes in base64. For programs. */
import type {
  AppendReply,
  DeleteReply,
  GetReply,
  OpenSessionReply,
  PutReply,
} from '@paxkv/client/protocol';
import { paths } from '@paxkv/client/protocol';
import type { Request as HttpRequest, IRouter, Response } from 'express';
import type { z } from 'zod';
import type { Command, Reply, Request, Stamp } from '../../state-machine/command.ts';
import type { Door } from '../door.ts';
import { sendJson } from '../error-reply.ts';
import {
  deleteSchema,
  fromBase64,
  getSchema,
  openSessionSchema,
  putSchema,
  readJson,
} from './json-body.ts';
import { allowOnly } from './method-not-allowed.ts';
import { hasFlag } from './query-flag.ts';
import { checkKey, checkValue, submit } from './submission.ts';

/** One path: the body it takes, the command that makes, the reply that comes, and its JSON. */
interface Exchange<S extends z.ZodType, T extends Reply['type']> {
  readonly schema: S;
  readonly toRequest: (body: z.infer<S>) => Request;
  readonly expects: T;
  readonly toJson: (reply: Extract<Reply, { type: T }>) => object;
}

export function mountExactRoutes(router: IRouter, door: Door): void {
  const mount = <S extends z.ZodType, T extends Reply['type']>(
    path: string,
    exchange: Exchange<S, T>,
  ) => {
    router.route(path).post(toEndpoint(door, exchange)).all(allowOnly('POST'));
  };
  mount(paths.get, {
    schema: getSchema,
    toRequest: ({ key }) => toRequest({ type: 'get', key: toKey(key) }),
    expects: 'got',
    toJson: toGetReply,
  });
  mount(paths.put, {
    schema: putSchema,
    toRequest: ({ key, value, session }) =>
      toRequest({ type: 'put', key: toKey(key), value: toValue(value) }, session),
    expects: 'put',
    toJson: ({ revision }): PutReply => ({ revision }),
  });
  mount(paths.append, {
    schema: putSchema,
    toRequest: ({ key, value, session }) =>
      toRequest({ type: 'append', key: toKey(key), value: toValue(value) }, session),
    expects: 'appended',
    toJson: ({ revision, length }): AppendReply => ({ revision, length }),
  });
  mount(paths.delete, {
    schema: deleteSchema,
    toRequest: ({ key, session }) => toRequest({ type: 'delete', key: toKey(key) }, session),
    expects: 'deleted',
    toJson: ({ revision, existed }): DeleteReply => ({ revision, deleted: existed }),
  });
  mount(paths.sessions, {
    schema: openSessionSchema,
    toRequest: ({ client }) => toRequest({ type: 'openSession', client }),
    expects: 'sessionOpened',
    toJson: ({ session }): OpenSessionReply => ({ session }),
  });
}

function toEndpoint<S extends z.ZodType, T extends Reply['type']>(
  door: Door,
  exchange: Exchange<S, T>,
) {
  const { bodyBytesMax: bytesMax, bodyTimeoutMs: timeoutMs } = door.limits;
  return async (httpRequest: HttpRequest, response: Response): Promise<void> => {
    hasFlag(httpRequest);
    const body = await readJson(httpRequest, exchange.schema, { bytesMax, timeoutMs });
    const reply = await submit(door.submitter, {
      request: exchange.toRequest(body),
      expects: exchange.expects,
      signal: door.connections.signalOf(response),
    });
    sendJson(response, exchange.toJson(reply));
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
