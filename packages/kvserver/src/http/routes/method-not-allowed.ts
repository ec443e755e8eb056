/** The answer of a path that exists to a method that it does not take. */
import { KvError } from '@paxkv/client/errors';
import type { RequestHandler } from 'express';
import { sendError } from '../error-reply.ts';

/** `methods` as the `Allow` header lists them. */
export function allowOnly(methods: string): RequestHandler {
  return (_request, response) => {
    const error = new KvError('KV_METHOD_NOT_ALLOWED', `This path takes ${methods}.`);
    sendError(response, error, { headers: { allow: methods } });
  };
}
