/** The exact form, for programs: each command has a path, which takes a JSON body by POST. */
import { type AnySpec, allCommands, requestSchema } from '@paxkv/protocol';
import { bodyLimitsOf } from '../body-limits.ts';
import type { HttpContext } from '../context.ts';
import { sendJson } from '../error-reply.ts';
import { readJson } from '../request-body.ts';
import type { Endpoint, Router } from '../router.ts';
import { submissionOf } from '../submission.ts';
import { flagsOf } from './request-target.ts';

export function addExactRoutes(router: Router, context: HttpContext): void {
  for (const spec of allCommands) router.add(spec.path, { POST: toEndpoint(context, spec) });
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
