/**
 * The exact form, for programs: each command has a path, which takes a JSON body by POST. The path of scans takes GET for
 * people as well.
 */
import { type AnySpec, allCommands, type CommandType, requestSchema } from '@paxkv/protocol';
import { bodyLimitsOf } from '../body-limits.ts';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import { readJson } from '../request-body.ts';
import type { Endpoint, Methods, Router } from '../router.ts';
import { submissionOf } from '../submission.ts';
import { listEndpoint } from './list-route.ts';
import { flagsOf } from './request-target.ts';

export function addExactRoutes(router: Router, context: HttpContext): void {
  const forPeople: Partial<Record<CommandType, Methods>> = { scan: { GET: listEndpoint(context) } };
  for (const spec of allCommands) {
    router.add(spec.path, { ...forPeople[spec.type], POST: toEndpoint(context, spec) });
  }
}

function toEndpoint(context: HttpContext, { type, reply: { json } }: AnySpec): Endpoint {
  const { service } = context;
  const { bodyBytesMax } = context.limits;
  const schema = requestSchema(type);
  return async (httpRequest, response) => {
    flagsOf(httpRequest, []);
    const limits = bodyLimitsOf(context, response, bodyBytesMax);
    const request = await readJson(httpRequest, schema, limits);
    const reply = await service.submit(request, submissionOf(context, response, type));
    sendJson(response, json.toJson(reply));
  };
}
