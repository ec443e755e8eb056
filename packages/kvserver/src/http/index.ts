/** The door of the HTTP layer. */
export { createApp } from './app.ts';
export type { AppParts } from './door.ts';
export { endWithError } from './error-reply.ts';
export { type HttpLimits, httpLimitsDefault, httpLimitsSchema } from './limits.ts';
