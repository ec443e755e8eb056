/**
 * Requests about one key over the HTTP interface. Nothing is sent twice: a lost answer to a write is reported
 * as *unknown*, and the visitor decides.
 */

import { fromBase64, toBase64, toHex, toText } from './base64.ts';

/** Sends a request to the server that the page came from. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export type KeyCommand =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'put' | 'append'; readonly key: string; readonly value: string }
  | { readonly type: 'increment'; readonly key: string; readonly by: string }
  | { readonly type: 'delete'; readonly key: string };

/** A value as the page can show it. */
export interface ShownEntry {
  /** The text; `undefined` if the bytes are not UTF-8. */
  readonly text: string | undefined;
  /** The first bytes, in hexadecimal. */
  readonly hex: string;
  readonly byteCount: number;
  readonly createRevision: number;
  readonly modRevision: number;
  readonly version: number;
}

export type Outcome = 'not done' | 'done' | 'unknown';

/** The command was refused, or its answer was lost. */
export interface Failure {
  readonly type: 'failed';
  readonly code: string;
  readonly outcome: Outcome;
  readonly message: string;
}

export type KeyResult =
  | { readonly type: 'found'; readonly entry: ShownEntry }
  | { readonly type: 'absent' }
  | { readonly type: 'written'; readonly revision: number }
  | { readonly type: 'counted'; readonly revision: number; readonly value: string }
  | { readonly type: 'deleted'; readonly revision: number; readonly existed: boolean }
  | Failure;

/** The body of a reply, before its members are checked. */
interface Reply {
  readonly error?: unknown;
  readonly found?: unknown;
  readonly value?: unknown;
  readonly revision?: unknown;
  readonly deleted?: unknown;
  readonly createRevision?: unknown;
  readonly modRevision?: unknown;
  readonly version?: unknown;
}

interface Reported {
  readonly code?: unknown;
  readonly outcome?: unknown;
  readonly message?: unknown;
}

const hexBytesMax = 64;
const timeoutMs = 15_000;

const outcomes: readonly Outcome[] = ['not done', 'done', 'unknown'];

/** Sends one command. Never rejects. */
export async function sendKeyCommand(fetch: Fetch, command: KeyCommand): Promise<KeyResult> {
  // A get has no effect. A write of which the server did not say the outcome may have taken effect.
  const ifLost = command.type === 'get' ? 'not done' : 'unknown';
  try {
    const response = await post(fetch, `v1/${command.type}`, bodyOf(command));
    const reply: Reply = await response.json();
    return response.ok ? toResult(command, reply) : toFailure(reply.error, ifLost);
  } catch (error) {
    return toFailure({ message: error instanceof Error ? error.message : String(error) }, ifLost);
  }
}

/** Sends a body to a path of the server. @throws Error if no answer comes */
export function post(fetch: Fetch, path: string, body: object): Promise<Response> {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(timeoutMs),
  });
}

function bodyOf(command: KeyCommand): object {
  const key = toBase64(command.key);
  if (command.type === 'increment') return { key, by: command.by };
  return 'value' in command ? { key, value: toBase64(command.value) } : { key };
}

function toResult({ type }: KeyCommand, reply: Reply): KeyResult {
  const revision = Number(reply.revision);
  if (type === 'delete') return { type: 'deleted', revision, existed: reply.deleted === true };
  if (type === 'increment') return { type: 'counted', revision, value: String(reply.value) };
  if (type !== 'get') return { type: 'written', revision };
  return reply.found === true ? { type: 'found', entry: toEntry(reply) } : { type: 'absent' };
}

/** `ifLost`: the outcome if the server did not say it. */
export function toFailure(error: unknown, ifLost: Outcome): Failure {
  const { code, outcome, message }: Reported = Object(error);
  return {
    type: 'failed',
    code: typeof code === 'string' ? code : 'KV_UNREACHABLE',
    outcome: outcomes.find((each) => each === outcome) ?? ifLost,
    message: typeof message === 'string' ? message : '',
  };
}

function toEntry(reply: Reply): ShownEntry {
  const bytes = fromBase64(String(reply.value));
  return {
    text: toText(bytes),
    hex: toHex(bytes, hexBytesMax),
    byteCount: bytes.length,
    createRevision: Number(reply.createRevision),
    modRevision: Number(reply.modRevision),
    version: Number(reply.version),
  };
}
