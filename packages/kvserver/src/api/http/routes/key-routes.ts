/** The people-friendly form: the key is in the path, the value is the body. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Command,
  type CommandOf,
  commands,
  type Entry,
  KvError,
  paths,
  type ReplyOf,
  type Stamp,
  stampSchema,
  valueBytesMax,
} from '@paxkv/protocol';
import { expectWithinLimits } from '../../../service/request-checks.ts';
import { bodyLimitsOf } from '../body-limits.ts';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import { parse, readBody, refuseBody } from '../request-body.ts';
import type { Router } from '../router.ts';
import { submissionOf } from '../submission.ts';
import { entityTagOf, holds, preconditionsOf } from './preconditions.ts';
import { flagsOf, keyOf } from './request-target.ts';

const serializable = 'consistency=serializable';
const getFlags = ['raw', serializable, 'consistency=linearizable'];

export function addKeyRoutes(router: Router, context: HttpContext): void {
  const keys = new KeyRoutes(context);
  router.addBelow(paths.kv, {
    GET: (request, response) => keys.get(request, response),
    PUT: (request, response) => keys.put(request, response),
    POST: (request, response) => keys.append(request, response),
    DELETE: (request, response) => keys.delete(request, response),
  });
}

interface GetForm {
  readonly isSerializable?: boolean;
  /** See `submissionOf`. */
  readonly valueFactor?: number | undefined;
}

class KeyRoutes {
  readonly #context: HttpContext;

  constructor(context: HttpContext) {
    this.#context = context;
  }

  async get(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const flags = flagsOf(request, getFlags);
    refuseBody(request);
    const command = { type: 'get', key: keyOf(request) } as const;
    const isSerializable = flags.has(serializable);
    const valueFactor = flags.has('raw') ? 1 : undefined;
    const { ifMatch, ifNoneMatch } = preconditionsOf(request, command.key);
    const { entry } = await this.#submit(response, command, { isSerializable, valueFactor });
    const { modRevision = 0 } = entry ?? {};
    if (!holds(ifMatch, modRevision)) throw conditionFailed();
    if (entry === undefined) throw new KvError('KV_NO_SUCH_KEY', 'The key is absent.');
    response.setHeader('etag', entityTagOf(modRevision));
    if (!holds(ifNoneMatch, modRevision)) response.writeHead(304).end();
    else if (flags.has('raw')) sendRaw(response, entry);
    else sendJson(response, toJson(Buffer.from(command.key), entry));
  }

  async put(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const command = { type: 'put', ...(await this.#readPair(request, response)) } as const;
    const reply = await this.#write(response, command);
    response.setHeader('etag', entityTagOf(reply.revision));
    sendJson(response, commands.put.reply.json.toJson(reply));
  }

  async append(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const command = { type: 'append', ...(await this.#readPair(request, response)) } as const;
    const reply = await this.#write(response, command);
    response.setHeader('etag', entityTagOf(reply.revision));
    sendJson(response, commands.append.reply.json.toJson(reply));
  }

  async delete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    flagsOf(request, []);
    refuseBody(request);
    const command = { type: 'delete', key: keyOf(request) } as const;
    sendJson(response, commands.delete.reply.json.toJson(await this.#write(response, command)));
  }

  /** The key from the path and the value from the body, whose Content-Type does not matter. */
  async #readPair(request: IncomingMessage, response: ServerResponse) {
    flagsOf(request, []);
    const key = keyOf(request);
    preconditionsOf(request, key);
    // Before a client sends a body for nothing.
    expectWithinLimits({ command: { type: 'get', key } });
    const bodyLimits = bodyLimitsOf(this.#context, response, valueBytesMax);
    return { key, value: await readBody(request, bodyLimits) };
  }

  /** Does the write if the conditions in the headers hold. @throws KvError `KV_CONDITION_FAILED` if not. */
  async #write<C extends CommandOf<'put' | 'append' | 'delete'>>(
    response: ServerResponse,
    command: C,
  ): Promise<ReplyOf<C['type']>> {
    const conditions = Object.values(preconditionsOf(response.req, command.key));
    const given = conditions.filter((condition) => condition !== undefined);
    if (given.length === 0) return this.#submit(response, command);
    const transaction = { type: 'transact', if: given, then: [command], else: [] } as const;
    const { passed, revision, results } = await this.#submit(response, transaction);
    if (!passed) throw conditionFailed();
    const [result] = results ?? [];
    if (result?.type === command.type) return result as ReplyOf<C['type']>;
    const message = `The write was done at revision ${revision}, but its reply is gone.`;
    throw new KvError('KV_REPLY_GONE', message, { outcome: 'done' });
  }

  #submit<C extends Command>(
    response: ServerResponse,
    command: C,
    { isSerializable = false, valueFactor }: GetForm = {},
  ): Promise<ReplyOf<C['type']>> {
    const { service } = this.#context;
    const stamp = stampOf(response.req);
    const request = {
      command,
      ...(stamp && { stamp }),
      ...(isSerializable && { consistency: 'serializable' as const }),
    };
    return service.submit(
      request,
      submissionOf(this.#context, response, command.type, valueFactor),
    );
  }
}

function conditionFailed(): KvError {
  return new KvError('KV_CONDITION_FAILED', 'The key is not as If-Match or If-None-Match says.');
}

/** Reads the header `paxkv-session: <id>/<number>/<firstOutstanding>`. */
function stampOf(request: IncomingMessage): Stamp | undefined {
  const header = request.headers['paxkv-session'];
  if (header === undefined) return undefined;
  const match = /^([\w-]{1,22})\/(\d{1,16})\/(\d{1,16})$/.exec(String(header));
  if (match === null) {
    throw new KvError(
      'KV_BAD_REQUEST',
      'Malformed paxkv-session header: it must be <id>/<number>/<firstOutstanding>.',
    );
  }
  const [, id = '', number, firstOutstanding] = match;
  return parse(stampSchema, {
    // At feature level 1, ids are numbers.
    id: /^\d{1,16}$/.test(id) ? Number(id) : id,
    number: Number(number),
    firstOutstanding: Number(firstOutstanding),
  });
}

/** A value is sent as text if it is UTF-8, and as base64 otherwise. */
function toJson(key: Buffer, { value, createRevision, modRevision, version }: Entry) {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return {
    key: key.toString(),
    ...(isUtf8(bytes) ? { value: bytes.toString() } : { valueBase64: bytes.toString('base64') }),
    createRevision,
    modRevision,
    version,
  };
}

function sendRaw(response: ServerResponse, entry: Entry): void {
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': entry.value.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'paxkv-create-revision': entry.createRevision,
    'paxkv-mod-revision': entry.modRevision,
    'paxkv-version': entry.version,
  });
  response.end(entry.value);
}
