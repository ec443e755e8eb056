/**
 * Requests about one key over the HTTP interface. Nothing is sent twice: a lost answer to a write is reported
 * as *unknown*, and the visitor decides.
 */

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

export type KeyResult =
  | { readonly type: 'found'; readonly entry: ShownEntry }
  | { readonly type: 'absent' }
  | { readonly type: 'written'; readonly revision: number }
  | { readonly type: 'counted'; readonly revision: number; readonly value: string }
  | { readonly type: 'deleted'; readonly revision: number; readonly existed: boolean }
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly outcome: Outcome;
      readonly message: string;
    };

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
/** More arguments in one call could overflow the stack. */
const chunkBytes = 0x2000;

const outcomes: readonly Outcome[] = ['not done', 'done', 'unknown'];

/** Sends one command. Never rejects. */
export async function sendKeyCommand(fetch: Fetch, command: KeyCommand): Promise<KeyResult> {
  try {
    const response = await fetch(`v1/${command.type}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(command)),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const reply: Reply = await response.json();
    return response.ok ? toResult(command, reply) : toFailure(command, reply.error);
  } catch (error) {
    return toFailure(command, { message: error instanceof Error ? error.message : String(error) });
  }
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

/** A get has no effect. A write of which the server did not say the outcome may have taken effect. */
function toFailure({ type }: KeyCommand, error: unknown): KeyResult {
  const { code, outcome, message }: Reported = Object(error);
  const named = outcomes.find((each) => each === outcome);
  return {
    type: 'failed',
    code: typeof code === 'string' ? code : 'KV_UNREACHABLE',
    outcome: named ?? (type === 'get' ? 'not done' : 'unknown'),
    message: typeof message === 'string' ? message : '',
  };
}

function toEntry(reply: Reply): ShownEntry {
  const bytes = Uint8Array.from(atob(String(reply.value)), (each) => each.charCodeAt(0));
  const shown = [...bytes.subarray(0, hexBytesMax)];
  return {
    text: toText(bytes),
    hex: shown.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    byteCount: bytes.length,
    createRevision: Number(reply.createRevision),
    modRevision: Number(reply.modRevision),
    version: Number(reply.version),
  };
}

/** A byte order mark is part of the value. */
function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunkBytes));
  }
  return btoa(binary);
}
