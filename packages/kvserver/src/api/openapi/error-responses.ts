/** The error replies of an operation in the OpenAPI document, by status. */
import { allCommands, errorCodes, type KvErrorCode } from '@paxkv/protocol';
import type { JsonSchema } from './schema.ts';

/** One entry of `responses`. */
export type Responses = Readonly<Record<string, JsonSchema>>;

/** Statuses besides that of the code. */
const otherStatuses: Partial<Record<KvErrorCode, readonly number[]>> = {
  KV_BAD_REQUEST: [417],
  KV_TOO_LARGE: [431],
  KV_UNSUPPORTED_MEDIA: [501],
};

/** Codes that belong to certain operations, or to requests that meet no operation. */
const special: ReadonlySet<string> = new Set([
  ...['KV_NO_SUCH_KEY', 'KV_NO_SUCH_ROUTE', 'KV_METHOD_NOT_ALLOWED', 'KV_CONDITION_FAILED'],
  ...allCommands.flatMap((spec) => Object.keys(spec.errors ?? {})),
]);

/** Codes that any operation may answer with. */
const general = codes().filter((code) => !special.has(code));

/** The error replies of an operation that may answer with `more` codes, too. */
export function errorResponses(more: readonly string[] = []): Responses {
  const byStatus = new Map<number, KvErrorCode[]>();
  for (const code of [...general, ...codes().filter((code) => more.includes(code))]) {
    for (const status of statusesOf(code)) {
      byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
    }
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, toResponse(codes)]));
}

/** Every status with which an error of this code is sent. */
export function statusesOf(code: KvErrorCode): number[] {
  const { status } = errorCodes[code];
  return status === null ? [] : [status, ...(otherStatuses[code] ?? [])];
}

function toResponse(codes: readonly KvErrorCode[]): JsonSchema {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }],
    properties: { error: { properties: { code: { enum: codes } } } },
  };
  return {
    description: codes.join(', '),
    ...(codes.includes('KV_OVERLOADED') && { headers: retryAfter }),
    content: { 'application/problem+json': { schema }, 'application/json': { schema } },
  };
}

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } },
};

function codes(): KvErrorCode[] {
  return (Object.keys(errorCodes) as KvErrorCode[]).filter(
    (code) => errorCodes[code].status !== null,
  );
}
