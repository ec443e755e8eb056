/** The exact form, for programs: each command is a path, a JSON body by POST, and a JSON reply. */
import { type AnySpec, allCommands, requestSchema } from '@paxkv/protocol';
import { submit } from '../../../service/submit.ts';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import type { Endpoint, Router } from '../router.ts';
import { readJson } from './json-body.ts';
import { flagsOf } from './query-flags.ts';

export function addExactRoutes(router: Router, door: HttpContext): void {
  for (const spec of allCommands) router.add(spec.path, { POST: toEndpoint(door, spec) });
}

function toEndpoint(door: HttpContext, { type, reply: { json } }: AnySpec): Endpoint {
  const { bodyBytesMax: bytesMax, bodyTimeoutMs: timeoutMs } = door.limits;
  const limits = { bytesMax, timeoutMs };
  const schema = requestSchema(type);
  return async (httpRequest, response) => {
    flagsOf(httpRequest, []);
    const request = await readJson(httpRequest, schema, limits);
    const signal = door.connections.signalOf(response);
    sendJson(response, json.toJson(await submit(door.submitter, request, { signal })));
  };
}
