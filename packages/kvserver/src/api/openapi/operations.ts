/** Every operation of the HTTP interface, as the OpenAPI document describes it. */
import { allCommands, type CommandType, paths, scanLimitMax } from '@paxkv/protocol';
import { errorResponses, type Responses } from './error-responses.ts';
import { type JsonSchema, replySchema, requestBodySchema, statusBodySchema } from './schema.ts';

/** One operation. */
export interface Operation {
  readonly path: string;
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly operationId: string;
  /** What it does, in one line. */
  readonly summary: string;
  readonly tags: readonly [string];
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody?: JsonSchema;
  readonly responses: Responses;
  /** Empty if it needs no credentials even where users are required. */
  readonly security?: readonly [];
}

const summaries: Readonly<Record<CommandType, string>> = {
  get: 'Read a value',
  put: 'Store a value',
  append: 'Add to the end of a value',
  delete: 'Remove a key',
  openSession: 'Open a session, in which each write takes effect once',
  increment: 'Add to a counter',
  getAuth: 'Read users, roles and the hashes of tokens',
  setAuth: 'Replace users, roles and tokens, unless someone else has meanwhile',
  transact: 'Compare and change several keys in one step',
  scan: 'Read the entries of a range in order, one page at a time',
  count: 'Count the keys in a range',
  deleteRange: 'Remove the first keys of a range',
  grantLease: 'Make a lease, to which keys can be attached',
  renewLease: 'Give a lease its whole time to live again',
  revokeLease: 'End a lease, and delete its keys',
  putLeased: 'Store a value under a key that is deleted with its lease',
  putTtl: 'Store a value for a limited time',
  changes: 'Read what has changed in a range after a revision, or wait for a change',
};

const bytes = { schema: { type: 'string', contentMediaType: 'application/octet-stream' } };
const keyPath = `${paths.kv}{key}`;
const key: JsonSchema = {
  name: 'key',
  in: 'path',
  required: true,
  description: 'Percent-encoded UTF-8. Slashes are part of the key.',
  schema: { type: 'string', minLength: 1 },
};
const stamp: JsonSchema = {
  name: 'paxkv-session',
  in: 'header',
  description: 'id/number/firstOutstanding: the write takes effect once, however often it is sent.',
  schema: { type: 'string' },
};

const conditions: readonly JsonSchema[] = [
  ['If-Match', 'The ETag that the key must have, or * for a key that is present.'],
  ['If-None-Match', 'The ETag that the key must not have, or * for a key that is absent.'],
].map(([name, description]) => ({ name, in: 'header', description, schema: { type: 'string' } }));

/** The operations of programs: each command by POST, with bytes in base64. */
export function commandOperations(): Operation[] {
  return allCommands.map((spec) => ({
    path: spec.path,
    method: 'post',
    operationId: spec.type,
    summary: summaries[spec.type],
    tags: [spec.path.startsWith('/v1/auth/') ? 'Users' : 'For programs'],
    requestBody: { required: true, content: json(requestBodySchema(spec.type)) },
    responses: {
      200: { description: 'Done.', content: json(replySchema(spec)) },
      ...errorResponses(Object.keys(spec.errors ?? {})),
    },
  }));
}

/** The operations of people: the key is in the path, and the value is the body. */
export function keyOperations(): Operation[] {
  const of = (type: CommandType) => {
    const spec = allCommands.find((each) => each.type === type);
    const done = { description: 'Done.', content: json(spec ? replySchema(spec) : {}) };
    const responses = { 200: done, ...errorResponses(['KV_CONDITION_FAILED']) };
    return { path: keyPath, summary: summaries[type], tags: ['For people'], responses } as const;
  };
  const parameters = [key, stamp, ...conditions];
  const written = { parameters, requestBody: { content: { '*/*': bytes } } };
  return [
    { ...of('get'), method: 'get', operationId: 'getKey', ...getOfPeople() },
    { ...of('put'), method: 'put', operationId: 'putKey', ...written },
    { ...of('append'), method: 'post', operationId: 'appendToKey', ...written },
    { ...of('delete'), method: 'delete', operationId: 'deleteKey', parameters },
    list(),
  ];
}

function list(): Operation {
  const query = (name: string, schema: JsonSchema) => ({ name, in: 'query', schema });
  const bound = { type: 'string' };
  const option = { type: 'string', const: 'true' };
  const revision = { type: 'integer', minimum: 0 };
  const entries = {
    type: 'array',
    items: entrySchema(['createRevision', 'modRevision', 'version']),
  };
  const next = { type: ['string', 'null'], description: 'The path of the next page.' };
  const page = {
    type: 'object',
    required: ['revision', 'entries', 'next'],
    properties: { revision, entries, next },
  };
  return {
    path: paths.scan,
    method: 'get',
    operationId: 'listKeys',
    summary: 'Read the entries of a range in order, as text',
    tags: ['For people'],
    parameters: [
      ...['prefix', 'from', 'to'].map((name) => query(name, bound)),
      query('limit', { type: 'integer', minimum: 1, maximum: scanLimitMax, default: scanLimitMax }),
      query('reverse', option),
      query('keysOnly', option),
      query('asOf', { type: 'integer', minimum: 0 }),
      consistency,
    ],
    responses: { 200: { description: 'A page.', content: json(page) }, ...errorResponses() },
  };
}

function entrySchema(required: readonly string[]): JsonSchema {
  const count = { type: 'integer', minimum: 0 };
  const text = { type: 'string' };
  const base64 = { ...text, contentEncoding: 'base64' };
  return {
    type: 'object',
    required,
    properties: {
      ...{ key: text, keyBase64: base64, value: text, valueBase64: base64 },
      ...{ createRevision: count, modRevision: count, version: count },
    },
  };
}

function getOfPeople(): Pick<Operation, 'parameters' | 'responses'> {
  const entry = entrySchema(['key', 'createRevision', 'modRevision', 'version']);
  const description = 'The value: text or base64 in JSON, or with ?raw the bytes themselves.';
  const content = { ...json(entry), 'application/octet-stream': bytes };
  return {
    parameters: [key, flag('raw', 'Send the bytes of the value.'), consistency, ...conditions],
    responses: {
      200: { description, content },
      304: { description: 'The key is as If-None-Match says; the client has its value.' },
      ...errorResponses(['KV_NO_SUCH_KEY', 'KV_CONDITION_FAILED']),
    },
  };
}

const consistency: JsonSchema = {
  name: 'consistency',
  in: 'query',
  description: 'serializable: from the own state of the server, which may be behind.',
  schema: { type: 'string', enum: ['linearizable', 'serializable'], default: 'linearizable' },
};

/** The changes of a range as they are made. */
export function watchOperation(): Operation {
  const text = (name: string, description: string): JsonSchema => {
    return { name, in: 'query', description, schema: { type: 'string' } };
  };
  const after = { type: 'integer', minimum: 0 };
  const stream = 'Events `changes`, `progress` and `end`, whose data are JSON.';
  return {
    ...{ path: paths.watch, method: 'get', operationId: 'watch', tags: ['For people'] },
    summary: 'Watch a key or a range',
    parameters: [
      text('key', 'Percent-encoded UTF-8, as the bounds are. Not together with them.'),
      text('prefix', 'Only keys that begin with it.'),
      text('from', 'The first key that may be in the range.'),
      text('to', 'The first key after the range.'),
      { name: 'after', in: 'query', description: 'The revision to begin after.', schema: after },
      { name: 'last-event-id', in: 'header', description: 'The same.', schema: after },
    ],
    responses: {
      200: { description: stream, content: media('text/event-stream') },
      ...errorResponses(['KV_COMPACTED']),
    },
  };
}

/** The operations of probes, operators and browsers. */
export function stateOperations(): Operation[] {
  return [
    ...probes(),
    read(paths.status, 'status', 'What the server says of itself', json(statusBodySchema())),
    read(paths.metrics, 'metrics', 'Metrics for Prometheus', media('text/plain')),
    {
      ...read(
        paths.backup,
        'backup',
        'A backup of the whole store',
        media('application/octet-stream'),
      ),
      parameters: [
        flag('serializable', 'What this server has applied, without asking the others.'),
      ],
    },
    read('/trace', 'trace', 'The recording of a server that records', media('application/gzip')),
    read('/console', 'console', 'The console, a page for browsers', media('text/html')),
    read('/console/page.js', 'consoleScript', 'Its script', media('text/javascript')),
    read('/console/page.css', 'consoleStyle', 'Its style', media('text/css')),
    redirect(),
    read(paths.openapi, 'openapi', 'This document', json({ type: 'object' })),
    read(paths.docs, 'docs', 'This document as a page', media('text/html')),
    stream(),
  ];
}

/** A server may be started without these. */
const optionalPaths = /^\/(?:console|backup|trace|metrics)/;

/** Probes have no credentials, and need none. */
function probes(): Operation[] {
  const isTrue = (name: string) => ({
    type: 'object',
    required: [name],
    properties: { [name]: { type: 'boolean', const: true } },
  });
  const verbose = flag('verbose', 'Add the checks.');
  const live = 'Whether the process can answer at all';
  return [
    read(paths.live, 'isAlive', live, json(isTrue('live')), [verbose]),
    read(paths.ready, 'isReady', 'Whether the server can serve', json(isTrue('ready')), [verbose]),
  ].map((operation) => ({ ...operation, security: [] }));
}

function read(
  path: string,
  operationId: string,
  summary: string,
  content: JsonSchema,
  parameters: readonly JsonSchema[] = [],
): Operation {
  const more = optionalPaths.test(path) ? ['KV_NO_SUCH_ROUTE'] : [];
  const responses = { 200: { description: 'Done.', content }, ...errorResponses(more) };
  const isPage = path.startsWith('/console');
  const unchanged = isPage ? { 304: { description: 'The client has it already.' } } : {};
  return {
    ...{ path, method: 'get', operationId, summary, tags: ['State of a server'] },
    ...(parameters.length > 0 && { parameters }),
    responses: { ...responses, ...unchanged },
  };
}

/** Browsers only. */
function redirect(): Operation {
  const { responses, ...rest } = read('/', 'root', 'Leads browsers to the console', {});
  const { 200: _, ...errors } = { ...responses, ...errorResponses(['KV_NO_SUCH_ROUTE']) };
  return { ...rest, responses: { 302: { description: 'See /console.' }, ...errors } };
}

function stream(): Operation {
  const { responses, ...rest } = read(
    paths.stream,
    'stream',
    'A WebSocket; see docs/stream.md',
    {},
  );
  const { 200: _, ...errors } = { ...responses };
  const upgrade = { description: 'From here on the connection is a WebSocket.' };
  return { ...rest, responses: { 101: upgrade, ...errors, 426: errors[400] ?? {} } };
}

function flag(name: string, description: string): JsonSchema {
  return { name, in: 'query', description, allowEmptyValue: true, schema: { const: '' } };
}

function json(schema: JsonSchema): JsonSchema {
  return { 'application/json': { schema } };
}

function media(type: string): JsonSchema {
  return { [type]: { schema: { type: 'string' } } };
}
