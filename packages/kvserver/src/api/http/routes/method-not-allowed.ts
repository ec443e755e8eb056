/** The answer of a path that exists to a method that it does not take. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KvError } from '@paxkv/protocol';
import { sendError } from '../error-reply.ts';

/** `methods` as the `Allow` header lists them. */
export function allowOnly(
  methods: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    const error = new KvError('KV_METHOD_NOT_ALLOWED', `This path takes ${methods}.`);
    sendError(response, error, { headers: { allow: methods } });
  };
}
