/** Logs each change of the leader that this server knows, and keeps the last election. */
import type { Logger } from 'pino';
import type { LineLimit } from './line-limit.ts';

const kind = 'election';

export interface ElectionLogOptions {
  readonly logger: Logger;
  readonly limit: LineLimit;
  /** The node of this server. */
  readonly me: number;
}

/** A leader, and when this server learned of it. */
export interface Election {
  readonly leader: number;
  readonly atMs: number;
}

export class ElectionLog {
  readonly #options: ElectionLogOptions;
  #leader: number | undefined;
  #last: Election | undefined;

  constructor(options: ElectionLogOptions) {
    this.#options = options;
  }

  /** The last election known here. It may be over that its winner leads. */
  get last(): Election | undefined {
    return this.#last;
  }

  /** `undefined`: no leader is known. */
  onLeader(leader: number | undefined, nowMs: number): void {
    const former = this.#leader;
    if (leader === former) return;
    this.#leader = leader;
    if (leader !== undefined) this.#last = { leader, atMs: nowMs };
    const { limit, logger, me } = this.#options;
    const omitted = limit.take(kind, nowMs);
    if (omitted === undefined) return;
    const fields = {
      ...(leader === undefined ? {} : { leader }),
      ...(former === undefined ? {} : { former }),
      ...(omitted === 0 ? {} : { omitted }),
    };
    if (leader === me) logger.info(fields, 'election won');
    else if (former === me) logger.warn(fields, 'leadership lost');
    else if (leader === undefined) logger.warn(fields, 'leader lost');
    else logger.info(fields, 'leader elected');
  }
}
