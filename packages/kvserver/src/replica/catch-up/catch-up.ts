/**
 * Catch-up of a replica whose next instance is in the memory of no other peer any more. Where the log is:
 *
 * 1. in memory somewhere: `paxos` learns it by itself.
 * 2. in the log window of some replica: this replica takes pages of the log, and goes on serving.
 * 3. nowhere: it takes a whole state, and then continues with what follows.
 *
 * It also keeps the own log window, and serves log and state to others.
 */
import type { Clock, Decision, Paxos, PeerId, Random } from '@paxkv/paxos';
import type { Bytes } from '@paxkv/protocol';
import type { Version } from '../../state-machine/features.ts';
import type { SessionLimits } from '../../state-machine/sessions/sessions.ts';
import type { StateMachine } from '../../state-machine/state-machine.ts';
import type { Values } from '../../state-machine/values.ts';
import type { StateLevel } from '../../storage/state/state-database.ts';
import type { StateDatabaseOptions } from '../../storage/state/state-database-options.ts';
import type { AppliedState } from '../apply/applier.ts';
import type { StateMessage } from '../ports.ts';
import type { StateTransfer } from '../replica-options.ts';
import type { CatchUpProgress } from './catch-up-progress.ts';
import { LogFetch } from './log-fetch.ts';
import { LogSearch } from './log-search.ts';
import { LogSource } from './log-source.ts';
import { type LogWindow, noLogWindow } from './log-window.ts';
import type { StateExports } from './state-exports.ts';
import { StateRepair } from './state-repair.ts';

/** Time between two checks. */
const checkDelayMs = 200;
const transferMax = 2 ** 48;
/** How long the word of a minority on what is forgotten is not looked into again after it was not so. */
const restMs = 10_000;

export interface CatchUpOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly paxos: Pick<
    Paxos<Bytes>,
    'floor' | 'proposalFloor' | 'min' | 'everyPeerMin' | 'canLearn' | 'status' | 'leader'
  >;
  readonly state: Pick<AppliedState, 'applied' | 'durable' | 'next' | 'flush'>;
  readonly transfer: StateTransfer;
  /** Default: none. */
  readonly window?: LogWindow | undefined;
  /** The state database when the replica starts. */
  readonly level: StateLevel;
  readonly journalIndex?: (() => number) | undefined;
  /** Where the latest changes are kept over restarts. Default: nowhere. */
  readonly history?: StateDatabaseOptions['history'];
  /** The version that uses the state. Default: `thisVersion`. */
  readonly version?: Version | undefined;
  /** Checks and reads the values of the log. */
  readonly values: Values;
  /** About how many bytes of entries the state machine may keep in memory. */
  readonly cachedBytesMax?: number | undefined;
  /** The same of its latest changes. */
  readonly recentChangesBytesMax?: number | undefined;
  /** Default: `sessionLimits`. */
  readonly sessionLimits?: SessionLimits | undefined;
  /** Gets decisions from other replicas, in order. */
  readonly onDecision: (decision: Decision<Bytes>) => void;
  /** Resolves when the state is not in use any more, because it will be replaced. */
  readonly onRepair: () => Promise<void>;
  /** The state was replaced by this one. */
  readonly onRepaired: (machine: StateMachine) => void;
  /** The state was not replaced: no quorum has a newer one. It can be used again. */
  readonly onKept: () => void;
  /** The state could not be read or replaced, so this replica must not continue with it. */
  readonly onFailed: (error: unknown) => void;
}

export class CatchUp {
  readonly #options: CatchUpOptions;
  readonly #window: LogWindow;
  readonly #logSource: LogSource;
  readonly #logSearch: LogSearch;
  readonly #logFetch: LogFetch;
  readonly #repair: StateRepair;
  #isRepairing = false;
  #running: Promise<void> | undefined;
  #isStopped = false;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #cancelTimer: () => void = () => {};

  constructor(options: CatchUpOptions) {
    const { me, peerCount, clock, random, paxos, state, transfer, onFailed } = options;
    const { window = noLogWindow, level, journalIndex, version } = options;
    const { onDecision, values } = options;
    const { port } = transfer;
    const others = Array.from({ length: peerCount }, (_, node) => node).filter(
      (node) => node !== me,
    );
    const leader = () => paxos.leader();
    const nextTransfer = () => Math.floor(random.next() * transferMax);
    const onDecisions = (decisions: readonly Decision<Bytes>[]) => decisions.forEach(onDecision);
    const asking = { port, clock, others, leader, nextTransfer };
    this.#options = options;
    this.#window = window;
    this.#logSource = new LogSource({ port, clock, paxos, state, window });
    this.#logSearch = new LogSearch(asking);
    this.#logFetch = new LogFetch({ ...asking, state, values, onDecisions });
    this.#repair = new StateRepair({
      ...asking,
      transfer,
      level,
      journalIndex,
      history: options.history,
      version,
      values,
      cachedBytesMax: options.cachedBytesMax,
      recentChangesBytesMax: options.recentChangesBytesMax,
      sessionLimits: options.sessionLimits,
      state,
      random,
      onFailed,
    });
    // Before the replica joins, since decisions may leave memory from then on.
    window.start(paxos.min());
    port.open((from, message) => this.#receive(from, message));
  }

  /** Begins to check. Called once, when the replica has joined the others. */
  start(): void {
    this.#check();
  }

  /** The own state for backups. */
  get exports(): StateExports {
    return this.#repair.exports;
  }

  /** Whether the state is being replaced, or lost what this replica was done with: it can serve no request. */
  get isRepairing(): boolean {
    const { paxos, state } = this.#options;
    return this.#isRepairing || state.applied + 1 < paxos.min();
  }

  /** Why no state has arrived yet; `undefined` if no attempt has failed. */
  get lastAttempt(): string | undefined {
    return this.#repair.lastAttempt;
  }

  /** Absent while nothing is being transferred. */
  get progress(): CatchUpProgress | undefined {
    const state = this.#repair.progress;
    if (state !== undefined) return { tier: 'state', ...state };
    const log = this.#logFetch.progress;
    return log && { tier: 'log', ...log };
  }

  /** Decisions leave memory, and some replica may still need them. */
  onTruncated(decisions: readonly Decision<Bytes>[]): void {
    this.#window.add(decisions);
  }

  onApplied(): void {
    this.#logFetch.onApplied();
  }

  /** Ends every transfer. Resolves when the state is not in use here any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    this.#options.transfer.port.close();
    this.#logSource.stop();
    this.#logSearch.stop();
    this.#logFetch.stop();
    await this.#repair.stop();
    await this.#running;
  }

  #check(): void {
    if (this.#isStopped) return;
    const { clock, paxos, onFailed } = this.#options;
    const keepFrom = Math.min(this.#logSource.keepFrom, this.#repair.keepFrom);
    this.#window.trim({ everyPeerMin: paxos.everyPeerMin(), keepFrom });
    if (this.#isBehind && this.#running === undefined) {
      this.#running = this.#catchUp()
        .catch(onFailed)
        .finally(() => {
          this.#running = undefined;
        });
    }
    this.#cancelTimer = clock.at(clock.now() + checkDelayMs, () => this.#check());
  }

  /** Whether the next instance may be in no peer's memory. */
  get #isBehind(): boolean {
    const { paxos, state, clock } = this.#options;
    const isResting = clock.now() < this.#restUntilMs && paxos.proposalFloor() <= state.next;
    if (isResting) return false;
    return state.next < paxos.floor() && !paxos.canLearn(state.next);
  }

  async #catchUp(): Promise<void> {
    while (this.#isBehind && !this.#isStopped) {
      const { next } = this.#options.state;
      const source = await this.#logSearch.run(next);
      if (source === 'nobody') await this.#replaceState();
      else if (source !== undefined) await this.#logFetch.run(source, next);
    }
  }

  /** Safety: what other replicas hold must not be missed for a decision that arrived while they were asked. */
  async #replaceState(): Promise<void> {
    if (!this.#isBehind || this.#isStopped) return;
    const { paxos, state, clock, onRepair, onRepaired, onKept } = this.#options;
    this.#isRepairing = true;
    await onRepair();
    const isLost = state.applied + 1 < paxos.min();
    const machine = await this.#repair.repair(state.applied, isLost);
    if (machine === undefined) return;
    this.#isRepairing = false;
    if (machine !== 'notBehind') {
      onRepaired(machine);
      return;
    }
    this.#restUntilMs = clock.now() + restMs;
    onKept();
  }

  #receive(from: PeerId, message: StateMessage): void {
    switch (message.type) {
      case 'findLog':
        this.#logSource.onFind(from, message);
        break;
      case 'fetchLog':
        this.#logSource.onFetch(from, message);
        break;
      case 'logFound':
        this.#logSearch.onFound(from, message);
        break;
      case 'logPage':
        this.#logFetch.onPage(from, message);
        break;
      case 'refused':
        this.#logFetch.onRefused(from, message);
        this.#repair.onMessage(from, message);
        break;
      default:
        this.#repair.onMessage(from, message);
    }
  }
}
