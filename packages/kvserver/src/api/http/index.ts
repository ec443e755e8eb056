/** Entry point of the HTTP interface. */
export { type HttpLimits, httpLimitsDefault, httpLimitsSchema } from '../../config/http-limits.ts';
export { createApp } from './app.ts';
export type { AppParts } from './context.ts';
export { endWithError } from './error-reply.ts';
export { replaceTls } from './http-server.ts';
