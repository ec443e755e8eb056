/**
 * Routes of the console. The page may run its own script only, and may connect to this server only; no other
 * page may frame it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KvError } from '@paxkv/protocol';
import { type ConsoleFile, consolePath } from '../../console/console-files.ts';
import type { HttpContext } from '../context.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

/** `trusted-types 'none'`: no text may become markup or script. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** Adds nothing if the console is off. */
export function addConsoleRoutes(router: Router, { consoleFiles }: HttpContext): void {
  if (consoleFiles.length === 0) return;
  for (const file of consoleFiles) {
    router.add(file.path, {
      GET: (request, response) => {
        flagsOf(request, []);
        sendFile(request, response, file);
      },
    });
  }
  router.add('/', { GET: redirectBrowsers });
}

/** A browser stores the file, and asks each time whether it is still the current one. */
function sendFile(request: IncomingMessage, response: ServerResponse, file: ConsoleFile): void {
  const headers = { ...securityHeaders, 'cache-control': 'no-cache', etag: file.etag };
  if (isKnown(request.headers['if-none-match'], file.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const { contentType, body } = file;
  response.writeHead(200, {
    ...headers,
    'content-type': contentType,
    'content-length': body.length,
  });
  response.end(body);
}

function isKnown(known: string | undefined, etag: string): boolean {
  const tags = known?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes(etag) || tags.includes('*');
}

/** Programs get the error of an unknown path at `/`, as for any other. */
function redirectBrowsers({ headers }: IncomingMessage, response: ServerResponse): void {
  if (!/\btext\/html\b/i.test(headers.accept ?? '')) {
    throw new KvError('KV_NO_SUCH_ROUTE', 'No such path; docs/http-api.md lists all paths.');
  }
  response.writeHead(302, {
    // Relative, so that a proxy may offer the server below a path of its own.
    location: `.${consolePath}`,
    'cache-control': 'no-store',
    'content-length': 0,
    vary: 'accept',
  });
  response.end();
}
