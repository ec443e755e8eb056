/**
 * Serves a page together with the compiled modules that it imports, and proxies requests for a paxkv
 * server to one: a page may only connect to its own origin.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { dirname, extname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Packages that a browser loads, by the URL prefix of their files. */
const packages = {
  client: dirname(dirname(fileURLToPath(import.meta.resolve('@paxkv/client')))),
  msgpackr: folderOf('msgpackr'),
  nanoid: folderOf('nanoid'),
  protocol: folderOf('@paxkv/protocol'),
  zod: folderOf('zod'),
} as const;

const importMap = {
  imports: {
    '@paxkv/client': '/modules/client/dist/index.js',
    '@paxkv/client/system': '/modules/client/dist/system/browser.js',
    '@paxkv/protocol': '/modules/protocol/dist/index.js',
    msgpackr: '/modules/msgpackr/index.js',
    nanoid: '/modules/nanoid/index.browser.js',
    zod: '/modules/zod/index.js',
  },
};

export class PageServer {
  /** The final report of the page. */
  readonly report: Promise<unknown>;
  /** The proxied requests: paths requested by HTTP, and WebSockets. */
  readonly passedOn: string[] = [];
  readonly #http: Server;
  readonly #backend: { readonly host: string; readonly port: number };
  readonly #sockets = new Set<Duplex>();
  readonly #script: string;
  #onReport = (_report: unknown) => {};

  /** `script` is the page's module; `backend` is `host:port` of a paxkv server. */
  private constructor(script: string, backend: string) {
    const [host = '', port = ''] = backend.split(':');
    this.#backend = { host, port: Number(port) };
    this.#script = script;
    this.report = new Promise((resolve) => {
      this.#onReport = resolve;
    });
    this.#http = createServer((message, response) => void this.#answer(message, response));
    this.#http.on('upgrade', (message, socket, head) => this.#tunnel(message, { socket, head }));
  }

  static async open(script: string, backend: string): Promise<PageServer> {
    const server = new PageServer(script, backend);
    await once(server.#http.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#http.closeAllConnections();
    await once(this.#http.close(), 'close');
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/' } = message;
    if (url === '/')
      response.setHeader('content-type', 'text/html; charset=utf-8').end(this.#page());
    else if (url === '/report') {
      this.#onReport(JSON.parse(await text(message)));
      response.end();
    } else if (url.startsWith('/modules/')) await sendModule(url, response);
    else this.#passOn(message, response);
  }

  #page(): string {
    const map = `<script type="importmap">${JSON.stringify(importMap)}</script>`;
    return `<!doctype html><title>paxkv</title>${map}<script type="module">${this.#script}</script>`;
  }

  #passOn(message: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = message;
    this.passedOn.push(`${method} ${url}`);
    const onward = request({ ...this.#backend, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    message.pipe(onward);
  }

  #tunnel({ url, rawHeaders }: IncomingMessage, from: { socket: Duplex; head: Buffer }): void {
    this.passedOn.push(`WebSocket ${url}`);
    const to: Socket = connect(this.#backend);
    for (const socket of [from.socket, to]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        from.socket.destroy();
        to.destroy();
      });
    }
    const lines = rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : [],
    );
    to.write([`GET ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n'));
    to.write(from.head);
    from.socket.pipe(to).pipe(from.socket);
  }
}

async function sendModule(url: string, response: ServerResponse): Promise<void> {
  const [, name = '', path = ''] = /^\/modules\/([a-z]+)\/([\w./-]+)$/.exec(url) ?? [];
  const folder = Object.entries(packages).find(([each]) => each === name)?.[1];
  if (folder === undefined || path.includes('..')) {
    response.writeHead(404).end();
    return;
  }
  try {
    const body = await readFile(join(folder, path));
    response.setHeader('content-type', types[extname(path)] ?? 'text/plain').end(body);
  } catch {
    response.writeHead(404).end();
  }
}

/** The folder of a package, resolved from the client, or from the protocol package below it. */
function folderOf(name: string): string {
  const client = dirname(dirname(fileURLToPath(import.meta.resolve('@paxkv/client'))));
  const protocol = join(client, 'node_modules/@paxkv/protocol');
  const candidates = [client, protocol].map((folder) => join(folder, 'node_modules', name));
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined) throw new Error(`neither client nor protocol depends on ${name}`);
  return found;
}
