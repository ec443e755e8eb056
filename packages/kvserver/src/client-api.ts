/** Joins all that meets clients: HTTP or HTTPS, streams, and who may use them. */
import type { Server } from 'node:http';
import type { CurrentStatus } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { readConsoleFiles } from './api/console/console-files.ts';
import { type AppParts, createApp } from './api/http/index.ts';
import type { RequestIds } from './api/request-ids.ts';
import { createAuthenticator } from './api/security/create-authenticator.ts';
import { StreamListener } from './api/stream/index.ts';
import type { FairBound } from './budget/fair-bound.ts';
import { ReadTurns } from './budget/read-turns.ts';
import { loopTurns } from './budget/turn-clock.ts';
import { addressToText, type Config } from './config/settings.ts';
import { streamCountMax } from './config/stream-limits.ts';
import type { KvService } from './service/kv-service.ts';
import type { RequestObserver } from './service/request-observer.ts';

export interface ClientApiParts extends Pick<AppParts, 'backup' | 'metrics' | 'trace'> {
  readonly config: Config;
  readonly service: KvService;
  readonly logger: Logger;
  readonly budget: FairBound;
  readonly observer: RequestObserver;
  readonly requestIds: RequestIds;
  readonly status: () => CurrentStatus;
  /** The known leader, if there is one. */
  readonly leader: () => number | null;
}

export interface ClientApi {
  /** It does not listen yet. */
  readonly http: Server;
  readonly sockets: ReturnType<typeof createApp>['sockets'];
  readonly streams: StreamListener;
  /** When sockets of HTTP are read. One that is upgraded has to leave it. */
  readonly httpTurns: Pick<ReadTurns, 'remove'>;
}

export function createClientApi({ config, leader, ...parts }: ClientApiParts): ClientApi {
  const { auth } = parts.service;
  const shared = {
    ...parts,
    authenticator: createAuthenticator({ auth, rootToken: config.rootToken }),
    hostNames: config.addresses.map(({ host }) => host),
  };
  // Streams are read in slices of their own: a stream of one client would otherwise wait for hundreds of connections.
  const httpTurns = new ReadTurns(loopTurns);
  const { server, sockets } = createApp({
    ...shared,
    readTurns: httpTurns,
    limits: config.http,
    tls: config.tls,
    consoleFiles: config.console ? readConsoleFiles() : [],
  });
  const streams = new StreamListener({
    ...shared,
    node: config.nodeId,
    addresses: config.addresses.map(addressToText),
    leader,
    limits: { connectionCountMax: streamCountMax(config.http, config.resources) },
  });
  return { http: server, sockets, streams, httpTurns };
}
