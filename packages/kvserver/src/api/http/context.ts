/** What the routes of the HTTP interface share. */
import type { StatusReply } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { HttpLimits } from '../../config/http-limits.ts';
import type { KvService } from '../../service/kv-service.ts';
import type { ConsoleFile } from '../console/console-files.ts';
import type { Connections } from './connections.ts';

export interface AppParts {
  readonly service: KvService;
  /** Called for each request for the server's status. */
  readonly status: () => StatusReply;
  /** Logs defects of the server only. Mistakes of clients are reported to those clients. */
  readonly logger: Pick<Logger, 'error'>;
  readonly limits: HttpLimits;
  /** Names by which clients reach this server on loopback, besides `localhost` and IP addresses. */
  readonly hostNames?: readonly string[];
  /** The page that browsers get at `/`. Default: none, which turns the console off. */
  readonly consoleFiles?: readonly ConsoleFile[];
  /** Returns the recording of the peer, or `undefined` while there is no peer. Absent if nothing is recorded. */
  readonly trace?: (() => Buffer | undefined) | undefined;
}

export interface HttpContext extends Required<AppParts> {
  readonly connections: Connections;
}
