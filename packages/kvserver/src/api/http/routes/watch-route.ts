/**
 * The route of watches: the changes of a range as server-sent events, until the client goes or the server stops.
 * Rule: the id of an event is the revision up to which everything was sent, so that a client that connects anew with
 * `Last-Event-ID`, to any server, loses and repeats nothing.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Bytes,
  type ChangeEvent,
  type ChangesCommand,
  type ChangesReply,
  KvError,
  paths,
} from '@paxkv/protocol';
import type { SubmitOptions } from '../../../replica/submitter.ts';
import { expectWithinLimits } from '../../../service/request-checks.ts';
import type { HttpContext } from '../context.ts';
import { toKvError } from '../error-reply.ts';
import type { Router } from '../router.ts';
import { drained } from './drained.ts';
import { parametersOf } from './request-target.ts';
import { expectNoOtherSite } from './same-site.ts';

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Proxies would hold back what does not fill their buffers.
  'x-accel-buffering': 'no',
};
/** A client that gets nothing for so long finds out that its connection is lost, in milliseconds. */
const progressMs = 5000;
/** A value, its text with escapes, and the bytes of that. */
const jsonFactor = 4;
const empty = new Uint8Array();

export function addWatchRoute(router: Router, context: HttpContext): void {
  const { service, authenticator } = context;
  router.add(paths.watch, {
    GET: (request, response) => new EventStream(context, response).run(toCommand(request)),
    // A watch has no end.
    HEAD: async (request, response) => {
      await service.auth.expectCommand(authenticator.principalOf(request), toCommand(request));
      response.writeHead(200, headers).end();
    },
  });
}

class EventStream {
  readonly #context: HttpContext;
  readonly #response: ServerResponse;
  readonly #signal: AbortSignal | undefined;

  constructor(context: HttpContext, response: ServerResponse) {
    this.#context = context;
    this.#response = response;
    this.#signal = context.connections.signalOf(response);
  }

  /** @throws KvError while nothing has been sent. */
  async run(command: ChangesCommand): Promise<void> {
    const response = this.#response;
    let reply = await this.#read(command);
    response.writeHead(200, headers);
    try {
      while (!this.#isGone) {
        await this.#send(toEvent(reply));
        reply = await this.#read({ ...command, after: reply.revision, waitMs: progressMs });
      }
    } catch (error) {
      if (!this.#isGone) response.end(toEnd(toKvError(error)));
    }
  }

  get #isGone(): boolean {
    return this.#response.destroyed || this.#signal?.aborted === true;
  }

  /** Each read checks the rights anew. */
  #read(command: ChangesCommand): Promise<ChangesReply> {
    const { connections, authenticator, service } = this.#context;
    const response = this.#response;
    const principal = authenticator.principalOf(response.req);
    const options: SubmitOptions = {
      signal: this.#signal,
      principal,
      client: connections.clientOf(response, principal),
      room: connections.holdOf(response)?.room(jsonFactor),
    };
    return service.submit({ command }, options);
  }

  /** The next changes are read once the client has taken these. */
  async #send(text: string): Promise<void> {
    const { connections } = this.#context;
    const response = this.#response;
    const isTaken = response.write(text);
    connections.onAnswered(response);
    if (!isTaken) await drained(response, this.#signal);
    connections.noteProgress(response);
    connections.onAnswered(response);
  }
}

/** @throws KvError `KV_BAD_REQUEST`, `KV_TOO_LARGE` */
function toCommand(request: IncomingMessage): ChangesCommand {
  expectNoOtherSite(request, 'a watch');
  const given = parametersOf(request, ['key', 'prefix', 'from', 'to', 'after']);
  const { key, prefix = empty, after } = given;
  if (key !== undefined && (given.prefix ?? given.from ?? given.to) !== undefined) {
    throw new KvError('KV_BAD_REQUEST', 'A watch is of a key or of a range, not both.');
  }
  const { from = key ?? empty, to = key === undefined ? empty : afterKey(key) } = given;
  const last = request.headers['last-event-id'] ?? (after && Buffer.from(after).toString());
  const range = { prefix, from, to };
  const command: ChangesCommand = { type: 'changes', ...range, after: toAfter(last), waitMs: 0 };
  expectWithinLimits({ command });
  return command;
}

function toAfter(revision: string | string[] | undefined): number | 'now' {
  if (revision === undefined || revision === 'now' || revision === '') return 'now';
  if (/^\d{1,16}$/.test(String(revision))) return Number(revision);
  throw new KvError('KV_BAD_REQUEST', 'A watch begins after a revision, which is a whole number.');
}

function afterKey(key: Bytes): Bytes {
  if (key.length === 0) throw new KvError('KV_BAD_REQUEST', 'A key has at least 1 byte.');
  return Buffer.concat([key, Uint8Array.of(0)]);
}

function toEvent({ revision, events }: ChangesReply): string {
  const name = events.length === 0 ? 'progress' : 'changes';
  const data = events.length === 0 ? { revision } : { revision, events: events.map(toJson) };
  return `id: ${revision}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

function toEnd({ code, outcome, message }: KvError): string {
  return `event: end\ndata: ${JSON.stringify({ code, outcome, message })}\n\n`;
}

/** Keys and values are sent as text if they are UTF-8, and as base64 otherwise. */
function toJson(event: ChangeEvent): object {
  const { type, key, modRevision } = event;
  const name = textOrBase64('key', key);
  if (type === 'delete') return { type, ...name, modRevision };
  const { createRevision, version } = event;
  return {
    type,
    ...name,
    ...textOrBase64('value', event.value),
    createRevision,
    modRevision,
    version,
  };
}

function textOrBase64(name: string, bytes: Bytes): Record<string, string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return { [name]: buffer.toString() };
  return { [`${name}Base64`]: buffer.toString('base64') };
}
