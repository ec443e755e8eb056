/** What the HTTP door is made of, as its routes share it. */
import type { StatusReply } from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { HttpLimits } from '../../config/http-limits.ts';
import type { Submitter } from '../../replica/submitter.ts';
import type { Connections } from './connections.ts';

export interface AppParts {
  readonly submitter: Submitter;
  /** Called at each question about the server's state. */
  readonly status: () => StatusReply;
  /** Hears of defects only: what clients do wrong is told to them. */
  readonly logger: Pick<Logger, 'error'>;
  readonly limits: HttpLimits;
  /** Names by which clients reach this server on loopback, beside `localhost` and addresses. */
  readonly hostNames?: readonly string[];
}

export interface HttpContext extends Required<AppParts> {
  readonly connections: Connections;
}
