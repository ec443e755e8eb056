/** JSON schemas of the OpenAPI document, from the schemas that check requests and decode replies. */
import {
  type AnySpec,
  type CommandType,
  errorCodes,
  fieldsOf,
  requestSchema,
  specOf,
  statusSchema,
} from '@paxkv/protocol';
import { z } from 'zod';

/** A JSON schema (draft 2020-12), or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The body of a request by its command, with the sizes of its fields. */
export function requestBodySchema(type: CommandType): JsonSchema {
  const { properties: fields, ...schema } = toJsonSchema(requestSchema(type));
  const properties: Record<string, unknown> = { ...Object(fields) };
  for (const [name, { limits }] of fieldsOf(specOf(type))) {
    if (limits.of !== 'bytes') continue;
    properties[name] = {
      ...Object(properties[name]),
      contentEncoding: 'base64',
      minLength: base64Length(limits.min),
      maxLength: base64Length(limits.max),
    };
  }
  return { ...schema, properties };
}

/** The body of a reply to a command. A newer server may add members. */
export function replySchema({ reply }: AnySpec): JsonSchema {
  return toJsonSchema(reply.json.schema);
}

/** The body of a reply to `GET /status`. */
export function statusBodySchema(): JsonSchema {
  return toJsonSchema(statusSchema);
}

/** The body of every error: our own form, and problem details. */
export function problemSchema(): JsonSchema {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['error', 'type', 'title', 'status', 'detail'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'outcome', 'message'],
        properties: {
          code: { type: 'string', enum: Object.keys(errorCodes) },
          outcome: { type: 'string', enum: ['not done', 'done', 'unknown'] },
          message: text,
          requestId: text,
        },
      },
      type: { type: 'string', format: 'uri-reference' },
      title: text,
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: text,
      instance: { type: 'string', format: 'uri-reference' },
    },
  };
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  // The form before it is transformed: what is on the wire.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}
