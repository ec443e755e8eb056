/** Holds replies of a server to its OpenAPI document: their status, their type and their body. */
import {
  type OpenApiDocument,
  openApiDocument,
} from '@paxkv/kvserver/internal/api/openapi/document';
import { paths } from '@paxkv/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** Format and encoding are notes for people here. */
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const document: OpenApiDocument = openApiDocument();
ajv.addSchema(document, 'openapi.json');

interface Reply {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

/** @throws Error if the document does not have this reply of the operation. */
export function expectDocumented(method: string, target: string, reply: Reply): void {
  const [path = ''] = target.split('?', 1);
  const key = path.startsWith(paths.kv) ? `${paths.kv}{key}` : path;
  const name = method === 'HEAD' ? 'get' : method.toLowerCase();
  const operation = document.paths[key]?.[name];
  const what = `${method} ${target} ${reply.status} ${reply.contentType}`;
  if (operation === undefined) {
    if (reply.status >= 400 || method === 'OPTIONS') return;
    throw new Error(`${what}: no such operation is documented`);
  }
  const documented = operation.responses[reply.status];
  if (documented === undefined) throw new Error(`${what}: the status is not documented`);
  const { content } = documented;
  const types: Record<string, unknown> = Object(content);
  const [type = ''] = (reply.contentType ?? '').split(';');
  if (reply.contentType === null && Object.keys(types).length === 0) return;
  if (!Object.hasOwn(types, type)) throw new Error(`${what}: the type is not documented`);
  if (method === 'HEAD' || !type.endsWith('json')) return;
  const pointer = ['paths', key, name, 'responses', reply.status, 'content', type, 'schema'];
  const validate = ajv.compile({ $ref: `openapi.json#/${pointer.map(escaped).join('/')}` });
  if (validate(JSON.parse(reply.body))) return;
  throw new Error(`${what}: ${ajv.errorsText(validate.errors)} in ${reply.body}`);
}

function escaped(step: string | number): string {
  return encodeURIComponent(String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
}
