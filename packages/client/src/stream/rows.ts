/** Requests as rows of plain fields, and replies back from rows. A tag never changes its meaning. */
import {
  errorCodes,
  KvError,
  type KvErrorCode,
  type Outcome,
  type SessionStamp,
} from '@paxkv/protocol';
import { ExchangeError } from '../environment.ts';
import type { RawEntry, Reply, Request } from '../request.ts';

export type Row = readonly unknown[];

const commands = {
  get: 0,
  put: 1,
  append: 2,
  delete: 3,
  openSession: 4,
  serializableGet: 5,
} as const;
const replies = { get: 0, put: 1, append: 2, delete: 3, openSession: 4, error: -1 } as const;
const outcomes: readonly unknown[] = ['not done', 'done', 'unknown'] satisfies readonly Outcome[];

/** Asks for no more than a sign of life: any server answers it at once, whatever it holds. */
export const signOfLife: Row = [[commands.serializableGet, Uint8Array.of(0)]];

/** The request as it stands at this moment. @throws TypeError if streams do not carry such requests. */
export function toRow(request: Request): Row {
  switch (request.type) {
    case 'get': {
      const isLocal = request.consistency === 'serializable';
      return [[isLocal ? commands.serializableGet : commands.get, request.key]];
    }
    case 'put':
    case 'append':
      return stamped([commands[request.type], request.key, request.value], request.stamp);
    case 'delete':
      return stamped([commands.delete, request.key], request.stamp);
    case 'openSession':
      return [[commands.openSession, request.client]];
    case 'status':
      throw new TypeError('a stream carries no status');
  }
}

/** The reply in a row, or the server's error. @throws TypeError if it is neither. */
export function fromRow(row: unknown, endpoint: string): Reply | KvError | ExchangeError {
  if (!Array.isArray(row)) {
    throw new TypeError('not a row');
  }
  const [tag, first, second, third] = row;
  switch (tag) {
    case replies.get:
      return { type: 'get', entry: row.length === 1 ? undefined : toEntry(row) };
    case replies.put:
      return { type: 'put', revision: toCount(first) };
    case replies.append:
      return { type: 'append', revision: toCount(first), length: toCount(second) };
    case replies.delete:
      return { type: 'delete', revision: toCount(first), deleted: toFlag(second) };
    case replies.openSession:
      return { type: 'openSession', session: toCount(first) };
    case replies.error:
      return toError({ code: first, outcome: second, message: third }, endpoint);
    default:
      throw new TypeError(`no reply has the tag ${String(tag)}`);
  }
}

function stamped(command: Row, { id, number, firstOutstanding }: SessionStamp): Row {
  return [command, id, number, firstOutstanding];
}

function toEntry([, createRevision, modRevision, version, value]: Row): RawEntry {
  if (!(value instanceof Uint8Array)) {
    throw new TypeError('not bytes');
  }
  return {
    value,
    createRevision: toCount(createRevision),
    modRevision: toCount(modRevision),
    version: toCount(version),
  };
}

interface Told {
  readonly code: unknown;
  readonly outcome: unknown;
  readonly message: unknown;
}

function toError({ code, outcome, message }: Told, endpoint: string): KvError | ExchangeError {
  if (typeof code !== 'string' || !isOutcome(outcome) || typeof message !== 'string') {
    throw new TypeError('not an error');
  }
  if (isCode(code)) {
    return new KvError(code, `${endpoint}: ${message}`, { outcome });
  }
  // Of a newer server. What matters is what it says of the request.
  return new ExchangeError(
    outcome === 'not done' ? 'no' : 'maybe',
    `${endpoint}: ${message} (${code})`,
  );
}

function isCode(code: string): code is KvErrorCode {
  return Object.hasOwn(errorCodes, code);
}

function isOutcome(field: unknown): field is Outcome {
  return outcomes.includes(field);
}

function toCount(field: unknown): number {
  if (typeof field === 'number' && Number.isSafeInteger(field) && field >= 0) {
    return field;
  }
  throw new TypeError('not a count');
}

function toFlag(field: unknown): boolean {
  if (typeof field === 'boolean') {
    return field;
  }
  throw new TypeError('not a flag');
}
