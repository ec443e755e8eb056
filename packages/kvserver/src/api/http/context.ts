/** What the routes of the HTTP interface share. */
import type { Consistency, CurrentStatus } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { FairBound } from '../../budget/fair-bound.ts';
import type { ReadTurns } from '../../budget/read-turns.ts';
import type { ClientTls } from '../../config/client-security.ts';
import type { HttpLimits } from '../../config/http-limits.ts';
import type { KvService } from '../../service/kv-service.ts';
import type { RequestObserver } from '../../service/request-observer.ts';
import type { ConsoleFile } from '../console/console-files.ts';
import type { RequestIds } from '../request-ids.ts';
import type { Authenticator } from '../security/authenticator.ts';
import type { ClientSockets } from './client-sockets.ts';
import type { Connections } from './connections.ts';

/** Which state a backup has, and what ends it early. */
export interface BackupOptions {
  readonly consistency: Consistency;
  readonly signal: AbortSignal | undefined;
}

export interface AppParts {
  readonly service: KvService;
  /** Called for each request for the server's status. */
  readonly status: () => CurrentStatus;
  /** Logs defects of the server only. Mistakes of clients are reported to those clients. */
  readonly logger: Pick<Logger, 'error'>;
  readonly limits: HttpLimits;
  /** Absent: plain HTTP. */
  readonly tls?: ClientTls | undefined;
  /** The memory budget for everything that waits for clients. Default: one of its own, of the default size. */
  readonly budget?: FairBound;
  /** When each socket is read. Default: one of its own. */
  readonly readTurns?: ReadTurns;
  /** Finds principals. Default: it admits no credentials, and requires none unless the service does. */
  readonly authenticator?: Authenticator;
  /** Names by which clients reach this server on loopback, besides `localhost` and IP addresses. */
  readonly hostNames?: readonly string[];
  /** The page that browsers get at `/`. Default: none, which turns the console off. */
  readonly consoleFiles?: readonly ConsoleFile[];
  /** Begins a backup, and resolves with its bytes in pieces. Default: the server offers none. */
  readonly backup?: ((options: BackupOptions) => Promise<AsyncIterable<Uint8Array>>) | undefined;
  /** Learns of replies and errors that clients get. Default: nothing does. */
  readonly observer?: Pick<RequestObserver, 'onSent' | 'onError'>;
  /** Names requests. Default: new ones. */
  readonly requestIds?: RequestIds;
  /** What `/metrics` sends. Absent: there is no such path. */
  readonly metrics?: MetricsText | undefined;
  /** Resolves with the recording of the peer, also while there is no peer. Absent if nothing is recorded. */
  readonly trace?: (() => Promise<Buffer>) | undefined;
}

/** Metrics in the format of Prometheus. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface HttpContext extends Required<Omit<AppParts, 'tls'>> {
  readonly connections: Connections;
  readonly sockets: ClientSockets;
}
