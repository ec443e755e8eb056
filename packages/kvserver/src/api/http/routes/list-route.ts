/** The people-friendly form of a scan: the range is in the query, and what is text is sent as text. */
import { isUtf8 } from 'node:buffer';
import {
  type Bytes,
  type CommandOf,
  KvError,
  paths,
  type ReplyOf,
  type RevisionOrNow,
  scanLimitMax,
} from '@paxkv/protocol';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import { refuseBody } from '../request-body.ts';
import type { Endpoint } from '../router.ts';
import { submissionOf } from '../submission.ts';
import { parametersOf } from './request-target.ts';

/** The parameters of the query. A range has the first three; the others may be left out like them. */
export const listParameters = [
  ...['prefix', 'from', 'to', 'limit', 'reverse', 'keysOnly', 'asOf', 'consistency'],
] as const;
type Name = (typeof listParameters)[number];
type Parameters = { readonly [N in Name]?: Bytes };

const nothing = new Uint8Array();

/** Replies to a get with the first page of the range, and the path of the next one. */
export function listEndpoint(context: HttpContext): Endpoint {
  return async (request, response) => {
    const parameters = parametersOf(request, listParameters);
    refuseBody(request);
    const command = commandOf(parameters);
    const consistency = wordIn(parameters, 'consistency', ['linearizable', 'serializable']);
    const reply = await context.service.submit(
      { command, ...(consistency && { consistency }) },
      submissionOf(context, response, 'scan'),
    );
    sendJson(response, toJson(reply, nextPathOf(parameters, command, reply)));
  };
}

function commandOf(parameters: Parameters): CommandOf<'scan'> {
  const { prefix = nothing, from = nothing, to = nothing } = parameters;
  return {
    type: 'scan',
    ...{ prefix, from, to },
    limit: limitIn(parameters),
    reverse: wordIn(parameters, 'reverse', ['true']) !== undefined,
    keysOnly: wordIn(parameters, 'keysOnly', ['true']) !== undefined,
    asOf: revisionIn(parameters),
  };
}

function limitIn(parameters: Parameters): number {
  const given = parameters.limit;
  if (given === undefined) return scanLimitMax;
  const text = Buffer.from(given).toString();
  const limit = Number(text);
  if (/^\d{1,4}$/.test(text) && limit >= 1 && limit <= scanLimitMax) return limit;
  throw new KvError('KV_BAD_REQUEST', `limit must be a whole number from 1 to ${scanLimitMax}.`);
}

function revisionIn({ asOf }: Parameters): RevisionOrNow {
  if (asOf === undefined) return 'now';
  const text = Buffer.from(asOf).toString();
  const revision = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(revision)) return revision;
  throw new KvError('KV_BAD_REQUEST', 'asOf must be a revision, which is a whole number.');
}

function wordIn<T extends string>(
  parameters: Parameters,
  name: Name,
  words: readonly T[],
): T | undefined {
  const given = parameters[name];
  if (given === undefined) return undefined;
  const text = Buffer.from(given).toString();
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  throw new KvError('KV_BAD_REQUEST', `${name} must be ${words.join(' or ')}.`);
}

/** The same query at the same revision, from the next key on, or up to it in reverse. */
function nextPathOf(
  parameters: Parameters,
  { reverse }: CommandOf<'scan'>,
  { revision, next }: ReplyOf<'scan'>,
): string | null {
  if (next === undefined) return null;
  const asOf = Buffer.from(`${revision}`);
  const further = { ...parameters, [reverse ? 'to' : 'from']: next, asOf };
  const query = Object.entries(further).map(([name, value]) => `${name}=${percentEncode(value)}`);
  return `${paths.scan}?${query.join('&')}`;
}

function percentEncode(bytes: Bytes): string {
  const encode = (byte: number) => {
    const character = String.fromCharCode(byte);
    if (/[\w.~/-]/.test(character)) return character;
    return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  };
  return Array.from(bytes, encode).join('');
}

function toJson({ revision, entries }: ReplyOf<'scan'>, next: string | null): object {
  return {
    revision,
    entries: entries.map(({ key, value, ...versions }) => ({
      ...shown('key', key),
      ...(value !== undefined && shown('value', value)),
      ...versions,
    })),
    next,
  };
}

/** As text if it is UTF-8, and in base64 otherwise. */
function shown(name: 'key' | 'value', content: Bytes): object {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return isUtf8(bytes)
    ? { [name]: bytes.toString() }
    : { [`${name}Base64`]: bytes.toString('base64') };
}
