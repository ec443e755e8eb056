/** The description of the interface: as an OpenAPI document, and as a page. */
import { paths } from '@paxkv/protocol';
import { openApiDocument } from '../../openapi/document.ts';
import { pageHeaders, toPage } from '../../openapi/page.ts';
import { sendJson } from '../error-reply.ts';
import type { Router } from '../router.ts';
import { flagsOf } from './request-target.ts';

export function addDocsRoutes(router: Router): void {
  // Both are made when someone asks for them first, since most servers are never asked.
  let page: string | undefined;
  let document: object | undefined;
  router.add(paths.openapi, {
    GET: (request, response) => {
      flagsOf(request, []);
      document ??= openApiDocument();
      sendJson(response, document);
    },
  });
  router.add(paths.docs, {
    GET: (request, response) => {
      flagsOf(request, []);
      page ??= toPage(openApiDocument());
      response.writeHead(200, {
        ...pageHeaders,
        'content-length': Buffer.byteLength(page),
        'cache-control': 'no-cache',
      });
      response.end(page);
    },
  });
}
