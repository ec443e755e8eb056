/**
 * The door of a simulated server: client messages in, answers out, as over HTTP but without it. Bodies
 * are checked, requests submitted and errors told by the same functions as in `http/routes`.
 */
import type { Answer, Message } from '@paxkv/client';
import type { AppParts } from '@paxkv/kvserver/internal/api/http/index';
import {
  deleteSchema,
  fromBase64,
  getSchema,
  openSessionSchema,
  parse,
  putSchema,
} from '@paxkv/kvserver/internal/api/http/routes/json-body';
import { checkKey, checkValue, submit } from '@paxkv/kvserver/internal/service/submission';
import type { Entry, Request, Stamp } from '@paxkv/protocol';
import { errorCodes, KvError, paths } from '@paxkv/protocol';

type Submitter = AppParts['submitter'];
type Command = Request['command'];

/** @throws Whatever is no KvError: it is a defect, which no server of a test may hide. */
export async function answer(
  submitter: Submitter,
  message: Message,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return asJson(200, await serve(submitter, message, signal));
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    const { code, outcome, message: text } = error;
    const status = errorCodes[code].status ?? errorCodes.KV_INTERNAL.status;
    return asJson(status, { error: { code, outcome, message: text } });
  }
}

async function serve(
  submitter: Submitter,
  { path, body }: Message,
  signal: AbortSignal,
): Promise<object> {
  switch (path) {
    case paths.get: {
      const request = toRequest({ type: 'get', key: toKey(parse(getSchema, body).key) });
      const { entry } = await submit(submitter, { request, expects: 'got', signal });
      return toGetReply(entry);
    }
    case paths.put: {
      const { key, value, session } = parse(putSchema, body);
      const request = toRequest({ type: 'put', key: toKey(key), value: toValue(value) }, session);
      const { revision } = await submit(submitter, { request, expects: 'put', signal });
      return { revision };
    }
    case paths.append: {
      const { key, value, session } = parse(putSchema, body);
      const command = { type: 'append', key: toKey(key), value: toValue(value) } as const;
      const request = toRequest(command, session);
      const reply = await submit(submitter, { request, expects: 'appended', signal });
      return { revision: reply.revision, length: reply.length };
    }
    case paths.delete: {
      const { key, session } = parse(deleteSchema, body);
      const request = toRequest({ type: 'delete', key: toKey(key) }, session);
      const reply = await submit(submitter, { request, expects: 'deleted', signal });
      return { revision: reply.revision, deleted: reply.existed };
    }
    case paths.sessions: {
      const { client } = parse(openSessionSchema, body);
      const request = toRequest({ type: 'openSession', client });
      const { session } = await submit(submitter, { request, expects: 'sessionOpened', signal });
      return { session };
    }
    default:
      throw new KvError('KV_NO_SUCH_ROUTE', `No such path: ${path}.`);
  }
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

function toGetReply(entry: Entry | undefined): object {
  if (entry === undefined) return { found: false };
  const { value, ...versions } = entry;
  const { buffer, byteOffset, byteLength } = value;
  const text = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { found: true, value: text, ...versions };
}

/** By way of its text, so that client and server share no object. */
function asJson(status: number, body: object): Answer {
  return { status, body: JSON.parse(JSON.stringify(body)) };
}
