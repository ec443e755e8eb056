/** The HTTP server around the app: timeouts, limits, and replies to bytes that are no request. */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import type { KvErrorCode } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import type { ReadTurns } from '../../budget/read-turns.ts';
import type { ClientTls } from '../../config/client-security.ts';
import { ConfigError } from '../../config/config-error.ts';
import type { HttpLimits } from '../../config/http-limits.ts';
import { isLoopback } from '../../config/loopback.ts';
import { AddressCounts } from '../security/address-counts.ts';
import type { ClientSockets } from './client-sockets.ts';
import type { Connections } from './connections.ts';
import { holdBody } from './continuation.ts';
import { endWithError } from './error-reply.ts';

const connectionsCheckMsMax = 1000;
const stalledCheckMs = 500;

/** The methods that some path takes. */
export const allMethods = 'GET, HEAD, PUT, POST, DELETE, OPTIONS';

export interface ServerParts {
  readonly app: RequestListener;
  readonly connections: Connections;
  readonly sockets: ClientSockets;
  readonly limits: HttpLimits;
  readonly readTurns: Pick<ReadTurns, 'add' | 'remove'>;
  /** Absent: plain HTTP. */
  readonly tls?: ClientTls | undefined;
}

/** The server does not listen yet. */
export function createHttpServer({
  app,
  connections,
  sockets,
  limits,
  readTurns,
  tls,
}: ServerParts): Server {
  const options: ServerOptions = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: Math.min(connectionsCheckMsMax, limits.headersTimeoutMs),
    // The guard checks the Host header, and replies in JSON.
    requireHostHeader: false,
  };
  const server =
    tls === undefined
      ? createServer(options, app)
      : createTlsServer({ ...options, ...tlsOptions(tls, limits) }, app);
  // One more than allowed, so that the guard notices when there are too many.
  server.maxHeadersCount = limits.headerCountMax + 1;
  server.on('listening', () => {
    const checkMs = Math.min(stalledCheckMs, limits.replyTimeoutMs);
    const check = () => connections.cutStalled(performance.now(), limits.replyTimeoutMs);
    const timer = setInterval(check, checkMs);
    server.once('close', () => clearInterval(timer));
  });
  const take = (socket: Socket) => {
    readTurns.add(socket);
    socket.once('close', () => readTurns.remove(socket));
    sockets.add(socket);
  };
  const addresses = new AddressCounts(limits.addressConnectionCountMax);
  server.on('connection', (socket) => {
    limitAddress(socket, addresses);
    if (!socket.destroyed && tls === undefined) take(socket);
  });
  // Requests come on the socket that TLS makes of the connection. Until then its handshake has a time limit.
  server.on('secureConnection', take);
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('clientError', (error, socket) => {
    if (connections.isFreeToAnswer(socket)) answerClientError(error, socket);
    else socket.destroy();
  });
  server.on('connect', (_request, socket) =>
    endWithError(
      socket,
      new KvError('KV_METHOD_NOT_ALLOWED', 'CONNECT is not supported: this server is no proxy.'),
      { headers: { allow: allMethods } },
    ),
  );
  server.on('checkContinue', (request, response) => {
    holdBody(request, response);
    app(request, response);
  });
  // The guard refuses it, as any request that cannot be met.
  server.on('checkExpectation', app);
  return server;
}

/** New connections are secured with these from now on. @throws ConfigError if the server has no TLS. */
export function replaceTls(server: Server, tls: ClientTls): void {
  if (!(server instanceof TlsServer)) {
    throw new ConfigError(['tls: the server was started without it, so a restart has to add it']);
  }
  server.setSecureContext(secureContextOf(tls));
}

function secureContextOf({ key, cert, clientCa }: ClientTls): SecureContextOptions {
  return { key, cert, ca: clientCa, minVersion: 'TLSv1.2' };
}

function tlsOptions(tls: ClientTls, { headersTimeoutMs }: HttpLimits): TlsOptions {
  return {
    ...secureContextOf(tls),
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: headersTimeoutMs,
    // A client without a certificate may have a token. The authenticator refuses one that is not trusted.
    requestCert: tls.clientCa !== undefined,
    rejectUnauthorized: false,
  };
}

function limitAddress(socket: Socket, addresses: AddressCounts): void {
  const { remoteAddress: address } = socket;
  // All clients on this machine share the loopback address. The limit on all connections covers them.
  if (address === undefined || isLoopback(address)) return;
  if (addresses.add(address)) socket.once('close', () => addresses.remove(address));
  else socket.destroy();
}

interface ClientError {
  readonly code: KvErrorCode;
  readonly message: string;
  /** Default: the status of the code. */
  readonly status?: number;
}

/** The reply to each error that Node reports. Any other error means that the bytes are no HTTP request. */
const clientErrors: Readonly<Record<string, ClientError>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'KV_TOO_LARGE',
    message: 'The request line and headers are too large.',
    status: 431,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    code: 'KV_TOO_LARGE',
    message: 'The chunk extensions are too large.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'KV_SLOW_REQUEST',
    message: 'The request did not arrive in time.',
  },
  HPE_INVALID_URL: {
    code: 'KV_BAD_REQUEST',
    message: 'The path has bytes that must be percent-encoded.',
  },
};
const notHttp: ClientError = { code: 'KV_BAD_REQUEST', message: 'This is not HTTP/1.1.' };

function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { code, message, status } = clientErrors[error.code ?? ''] ?? notHttp;
  endWithError(socket, new KvError(code, message), status === undefined ? {} : { status });
}
