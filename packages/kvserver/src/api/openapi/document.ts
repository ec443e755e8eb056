/** The OpenAPI document of the HTTP interface. It follows from the schemas and tables that the server itself uses. */
import { version } from '../../system/version.ts';
import {
  commandOperations,
  keyOperations,
  type Operation,
  stateOperations,
  watchOperation,
} from './operations.ts';
import { type JsonSchema, problemSchema } from './schema.ts';

/** An OpenAPI 3.1 document. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: JsonSchema;
  readonly servers: readonly JsonSchema[];
  readonly tags: readonly JsonSchema[];
  /** Operations by path and method. */
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, Omit<Operation, 'path' | 'method'>>>>
  >;
  readonly components: JsonSchema;
  readonly security: readonly JsonSchema[];
}

const description =
  'Every server of a cluster takes every request. A write is on the disks of a majority before it is answered, and ' +
  'a get sees every write that was answered before the get was sent. Each error says whether the request was done, ' +
  'not done, or whether that is unknown.';

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'A token of paxkv token.' },
  basic: { type: 'http', scheme: 'basic', description: 'A user and his token, for browsers.' },
};

/** All operations of the interface, in the order of the document. */
export function allOperations(): Operation[] {
  return [...keyOperations(), watchOperation(), ...commandOperations(), ...stateOperations()];
}

export function openApiDocument(): OpenApiDocument {
  const byPath: Record<string, Record<string, Omit<Operation, 'path' | 'method'>>> = {};
  for (const { path, method, ...operation } of allOperations()) {
    byPath[path] = { ...byPath[path], [method]: operation };
  }
  const tags = [...new Set(allOperations().flatMap(({ tags }) => tags))];
  return {
    openapi: '3.1.1',
    info: { title: 'paxkv', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths: byPath,
    components: { schemas: { Problem: problemSchema() }, securitySchemes },
    // Nothing is needed while no users are required.
    security: [{}, { token: [] }, { basic: [] }],
  };
}
