/** The people-friendly form: a key is a path, a value is a body. */
import { isUtf8 } from 'node:buffer';
import { KvError } from '@paxkv/client/errors';
import {
  type AppendReply,
  type DeleteReply,
  type PutReply,
  paths,
  valueBytesMax,
} from '@paxkv/client/protocol';
import type { Request as HttpRequest, IRouter, Response } from 'express';
import type { Command, Entry, Reply, Stamp } from '../../state-machine/command.ts';
import type { Door } from '../door.ts';
import { sendJson } from '../error-reply.ts';
import { readBody, refuseBody } from '../request-body.ts';
import { parse, stampSchema } from './json-body.ts';
import { keyOf } from './key-path.ts';
import { allowOnly } from './method-not-allowed.ts';
import { hasFlag } from './query-flag.ts';
import { submit } from './submission.ts';

export function mountKeyRoutes(router: IRouter, door: Door): void {
  const keys = new KeyRoutes(door);
  router
    .route(new RegExp(`^${paths.kv}`))
    .get((request, response) => keys.get(request, response))
    .put((request, response) => keys.put(request, response))
    .post((request, response) => keys.append(request, response))
    .delete((request, response) => keys.delete(request, response))
    .all(allowOnly('GET, HEAD, PUT, POST, DELETE'));
}

class KeyRoutes {
  readonly #door: Door;

  constructor(door: Door) {
    this.#door = door;
  }

  async get(request: HttpRequest, response: Response): Promise<void> {
    const isRaw = hasFlag(request, 'raw');
    refuseBody(request);
    const key = keyOf(request.url);
    const { entry } = await this.#submit(response, { type: 'get', key }, 'got');
    if (entry === undefined) throw new KvError('KV_NO_SUCH_KEY', 'The key is absent.');
    if (isRaw) sendRaw(response, entry);
    else sendJson(response, toJson(Buffer.from(key), entry));
  }

  async put(request: HttpRequest, response: Response): Promise<void> {
    const command: Command = { type: 'put', ...(await this.#readPair(request)) };
    const { revision } = await this.#submit(response, command, 'put');
    sendJson(response, { revision } satisfies PutReply);
  }

  async append(request: HttpRequest, response: Response): Promise<void> {
    const command: Command = { type: 'append', ...(await this.#readPair(request)) };
    const { revision, length } = await this.#submit(response, command, 'appended');
    sendJson(response, { revision, length } satisfies AppendReply);
  }

  async delete(request: HttpRequest, response: Response): Promise<void> {
    hasFlag(request);
    refuseBody(request);
    const command: Command = { type: 'delete', key: keyOf(request.url) };
    const { revision, existed } = await this.#submit(response, command, 'deleted');
    sendJson(response, { revision, deleted: existed } satisfies DeleteReply);
  }

  /** Key from the path, value from the body: its bytes as they are, whatever their type. */
  async #readPair(request: HttpRequest) {
    hasFlag(request);
    const key = keyOf(request.url);
    const timeoutMs = this.#door.limits.bodyTimeoutMs;
    return { key, value: await readBody(request, { bytesMax: valueBytesMax, timeoutMs }) };
  }

  #submit<T extends Reply['type']>(response: Response, command: Command, expects: T) {
    const stamp = stampOf(response.req);
    const request = stamp === undefined ? { command } : { stamp, command };
    const signal = this.#door.connections.signalOf(response);
    return submit(this.#door.submitter, { request, expects, signal });
  }
}

/** From `paxkv-session: <id>/<number>/<lowestAwaited>`. */
function stampOf(request: HttpRequest): Stamp | undefined {
  const header = request.headers['paxkv-session'];
  if (header === undefined) return undefined;
  const match = /^(\d{1,16})\/(\d{1,16})\/(\d{1,16})$/.exec(String(header));
  if (match === null) {
    throw new KvError('KV_BAD_REQUEST', 'paxkv-session is <id>/<number>/<lowestAwaited>.');
  }
  const [id, number, lowestAwaited] = match.slice(1).map(Number);
  return parse(stampSchema, { id, number, lowestAwaited });
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

function sendRaw(response: Response, entry: Entry): void {
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
