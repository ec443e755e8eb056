/** The people-friendly form: a key is a path, a value is a body. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Command, Entry, Reply, Stamp } from '@paxkv/protocol';
import {
  type AppendReply,
  type DeleteReply,
  KvError,
  type PutReply,
  paths,
  valueBytesMax,
} from '@paxkv/protocol';
import { submit } from '../../../service/submission.ts';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import { readBody, refuseBody } from '../request-body.ts';
import type { Router } from '../router.ts';
import { parse, stampSchema } from './json-body.ts';
import { keyOf } from './key-path.ts';
import { flagsOf } from './query-flags.ts';

const serializable = 'consistency=serializable';
const getFlags = ['raw', serializable, 'consistency=linearizable'];

export function addKeyRoutes(router: Router, door: HttpContext): void {
  const keys = new KeyRoutes(door);
  router.addBelow(paths.kv, {
    GET: (request, response) => keys.get(request, response),
    PUT: (request, response) => keys.put(request, response),
    POST: (request, response) => keys.append(request, response),
    DELETE: (request, response) => keys.delete(request, response),
  });
}

class KeyRoutes {
  readonly #door: HttpContext;

  constructor(door: HttpContext) {
    this.#door = door;
  }

  async get(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const flags = flagsOf(request, getFlags);
    refuseBody(request);
    const key = keyOf(request.url);
    const { entry } = await submit(this.#door.submitter, {
      ...this.#submission(response, { type: 'get', key }),
      expects: 'got',
      consistency: flags.has(serializable) ? 'serializable' : undefined,
    });
    if (entry === undefined) throw new KvError('KV_NO_SUCH_KEY', 'The key is absent.');
    if (flags.has('raw')) sendRaw(response, entry);
    else sendJson(response, toJson(Buffer.from(key), entry));
  }

  async put(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const command: Command = { type: 'put', ...(await this.#readPair(request)) };
    const { revision } = await this.#submit(response, command, 'put');
    sendJson(response, { revision } satisfies PutReply);
  }

  async append(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const command: Command = { type: 'append', ...(await this.#readPair(request)) };
    const { revision, length } = await this.#submit(response, command, 'appended');
    sendJson(response, { revision, length } satisfies AppendReply);
  }

  async delete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    flagsOf(request, []);
    refuseBody(request);
    const command: Command = { type: 'delete', key: keyOf(request.url) };
    const { revision, existed } = await this.#submit(response, command, 'deleted');
    sendJson(response, { revision, deleted: existed } satisfies DeleteReply);
  }

  /** Key from the path, value from the body: its bytes as they are, whatever their type. */
  async #readPair(request: IncomingMessage) {
    flagsOf(request, []);
    const key = keyOf(request.url);
    const timeoutMs = this.#door.limits.bodyTimeoutMs;
    return { key, value: await readBody(request, { bytesMax: valueBytesMax, timeoutMs }) };
  }

  #submit<T extends Reply['type']>(response: ServerResponse, command: Command, expects: T) {
    return submit(this.#door.submitter, { ...this.#submission(response, command), expects });
  }

  #submission(response: ServerResponse, command: Command) {
    const stamp = stampOf(response.req);
    const request = stamp === undefined ? { command } : { stamp, command };
    return { request, signal: this.#door.connections.signalOf(response) };
  }
}

/** From `paxkv-session: <id>/<number>/<firstOutstanding>`. */
function stampOf(request: IncomingMessage): Stamp | undefined {
  const header = request.headers['paxkv-session'];
  if (header === undefined) return undefined;
  const match = /^(\d{1,16})\/(\d{1,16})\/(\d{1,16})$/.exec(String(header));
  if (match === null) {
    throw new KvError('KV_BAD_REQUEST', 'paxkv-session is <id>/<number>/<firstOutstanding>.');
  }
  const [id, number, firstOutstanding] = match.slice(1).map(Number);
  return parse(stampSchema, { id, number, firstOutstanding });
}

/** A value is text where it can be, and base64 where it cannot. */
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
