/**
 * Watches one server: has its node collect evidence several times a second, and logs what an operator must know.
 * An idle server would have no evidence otherwise, since nobody asks it and it writes nothing.
 */
import type { Check } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { CheckLog } from './check-log.ts';
import { type Election, ElectionLog } from './election-log.ts';
import { LineLimit } from './line-limit.ts';

/**
 * Four quorum reads a second cost an idle cluster a third of what its heartbeats do, and leave three of them for
 * the second in which a quorum has to answer.
 */
export const tickMs = 250;
const slowDiskLineMs = 10_000;
const lineLimit = { countMax: 10, intervalMs: 60_000 };

export interface HealthMonitorOptions {
  readonly logger: Logger;
  /** The node of this server. */
  readonly me: number;
  /** A clock that never goes back. */
  readonly now: () => number;
  /** Has the node look for evidence, if it is open. */
  readonly probe: () => void;
  /** The required checks at this moment. */
  readonly checks: () => readonly Check[];
  /** Slow writes to the disk since the last call. */
  readonly takeSlowWrites: () => { readonly count: number; readonly longestMs: number };
  /** A look was late by so many milliseconds: the event loop was blocked. Default: nothing learns of it. */
  readonly onDelay?: (lateMs: number) => void;
}

/** The required checks with their own lines, each with the checks whose failure explains its own. */
const logged = [
  { name: 'state', lost: 'not serving', regained: 'serving', explainedBy: [] },
  {
    name: 'quorum',
    lost: 'majority lost',
    regained: 'majority regained',
    explainedBy: ['state'],
  },
  {
    name: 'level',
    lost: 'behind the others',
    regained: 'level again',
    explainedBy: ['state', 'quorum'],
  },
  {
    name: 'disk',
    lost: 'disk takes no writes',
    regained: 'disk takes writes again',
    explainedBy: ['state'],
  },
] as const;

type LoggedName = (typeof logged)[number]['name'];

export class HealthMonitor {
  readonly #options: HealthMonitorOptions;
  readonly #logs: ReadonlyMap<string, CheckLog>;
  readonly #elections: ElectionLog;
  #timer: NodeJS.Timeout | undefined;
  #slowDiskMs = Number.NEGATIVE_INFINITY;

  constructor(options: HealthMonitorOptions) {
    const { logger, me } = options;
    const limit = new LineLimit(lineLimit);
    const nowMs = options.now();
    this.#options = options;
    this.#elections = new ElectionLog({ logger, limit, me });
    this.#logs = new Map(
      logged.map(({ name, lost, regained }) => [
        name,
        new CheckLog({ logger, limit, lost, regained, nowMs }),
      ]),
    );
  }

  /** The last election that this server knows of. */
  get election(): Election | undefined {
    return this.#elections.last;
  }

  /** Whether a check passed when it was last observed, and since when. */
  stateOf(name: LoggedName): { readonly passed: boolean; readonly sinceMs: number } {
    return this.#logs.get(name)?.state ?? { passed: false, sinceMs: this.#options.now() };
  }

  /** The known leader has changed; `undefined`: none is known. */
  onLeader(leader: number | undefined): void {
    this.#elections.onLeader(leader, this.#options.now());
  }

  /** Watches until `stop`. */
  start(): void {
    let dueMs = this.#options.now() + tickMs;
    this.#timer = setInterval(() => {
      const nowMs = this.#options.now();
      // A timer may fire slightly early.
      this.#options.onDelay?.(Math.max(0, nowMs - dueMs));
      dueMs = nowMs + tickMs;
      this.tick();
    }, tickMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks once. */
  tick(): void {
    this.#options.probe();
    const checks = new Map(this.#options.checks().map((check) => [check.name, check]));
    const nowMs = this.#options.now();
    const failed = (name: string) => checks.get(name)?.passed === false;
    for (const { name, explainedBy } of logged) {
      const check = checks.get(name);
      if (check !== undefined) {
        this.#logs.get(name)?.observe(check, nowMs, explainedBy.some(failed));
      }
    }
    this.#reportSlowDisk(nowMs);
  }

  #reportSlowDisk(nowMs: number): void {
    if (nowMs - this.#slowDiskMs < slowDiskLineMs) return;
    const { count, longestMs } = this.#options.takeSlowWrites();
    if (count === 0) return;
    this.#slowDiskMs = nowMs;
    const fields = { count, longestMs: Math.round(longestMs) };
    this.#options.logger.warn(fields, 'slow disk');
  }
}
