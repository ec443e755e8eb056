/**
 * Runs one seed: draws a schedule, runs a whole cluster through it while every invariant is checked, and
 * returns the result. The same seed gives the same run, event by event.
 */
import { World } from '@paxkv/simulator';
import type { HistoryEvent } from '../history/event.ts';
import { Cluster } from './cluster/cluster.ts';
import { FaultInjector } from './cluster/fault-injector.ts';
import { checkHistory } from './invariants/history-invariants.ts';
import { Ledger } from './invariants/ledger.ts';
import { ReplyAudit } from './invariants/reply-audit.ts';
import { RetentionInvariants } from './invariants/retention-invariants.ts';
import { StateInvariants } from './invariants/state-invariants.ts';
import { StepInvariants } from './invariants/step-invariants.ts';
import { checkLiveness } from './liveness.ts';
import { LoadRun } from './load/load-run.ts';
import { ClientWatch } from './rare/client-watch.ts';
import { Counters } from './rare/counters.ts';
import { ProtocolWatch } from './rare/protocol-watch.ts';
import { ServerWatch } from './rare/server-watch.ts';
import { Trace } from './report/trace.ts';
import { drawSchedule } from './schedule/draw-schedule.ts';
import { type Narrowing, narrow } from './schedule/narrow.ts';
import type { Schedule } from './schedule/schedule.ts';
import { type Failure, Verdict } from './verdict.ts';
import { Witnesses } from './witness.ts';

export interface SeedOptions extends Narrowing {
  /** Gets every line of the trace. */
  readonly onTrace?: (line: string) => void;
  /** Gets every event of the history of the clients. */
  readonly onEvent?: (event: HistoryEvent) => void;
}

export interface SeedResult {
  readonly seed: number;
  /** Absent if no invariant was violated. */
  readonly failure?: Failure;
  /** How often each rare event happened. */
  readonly counters: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  /** How many client calls were checked. */
  readonly operationCount: number;
  /** How many faults began. */
  readonly faultCount: number;
}

/** More simulated time than any run takes. */
const withinMs = 600_000;

export async function runSeed(seed: number, options: SeedOptions = {}): Promise<SeedResult> {
  const schedule = narrow(drawSchedule(seed), options);
  const run = new Run(schedule, options);
  return run.run();
}

class Run {
  readonly #schedule: Schedule;
  readonly #world: World;
  readonly #verdict: Verdict;
  readonly #audit: ReplyAudit;
  readonly #counters = new Counters();
  readonly #protocolWatch: ProtocolWatch;
  readonly #witness: Witnesses;
  readonly #cluster: Cluster;
  readonly #load: LoadRun;

  constructor(schedule: Schedule, { onTrace, onEvent: onHistory }: SeedOptions) {
    const { seed, nodeCount, load } = schedule;
    const world = new World({ seed });
    const now = () => world.now();
    const ledger = new Ledger(nodeCount);
    const trace = onTrace && new Trace(now, onTrace);
    const clientWatch = new ClientWatch(this.#counters);
    this.#schedule = schedule;
    this.#world = world;
    this.#verdict = new Verdict(now, () => this.#end());
    this.#audit = new ReplyAudit(this.#verdict);
    this.#protocolWatch = new ProtocolWatch(ledger, this.#counters);
    this.#witness = new Witnesses([
      ...(trace === undefined ? [] : [trace]),
      this.#stateInvariants(ledger),
      new StepInvariants(ledger, this.#verdict),
      new RetentionInvariants(ledger, this.#verdict),
      this.#audit,
      this.#protocolWatch,
      new ServerWatch(nodeCount, this.#counters),
      clientWatch,
    ]);
    this.#cluster = new Cluster(world, schedule, this.#witness);
    const onEvent = (event: HistoryEvent) => {
      trace?.onEvent(event);
      onHistory?.(event);
      clientWatch.onEvent(event);
    };
    this.#load = new LoadRun(world, { load, clientNetwork: this.#cluster.clientNetwork, onEvent });
  }

  async run(): Promise<SeedResult> {
    try {
      await this.#world.run(() => this.#tell(), { withinMs });
    } catch (error) {
      this.#verdict.fail('nothing throws', error instanceof Error ? `${error.stack}` : `${error}`);
    }
    this.#protocolWatch.finish();
    this.#counters.add(
      'duplicate request answered from the session table',
      this.#audit.repeatCount,
    );
    const { failure } = this.#verdict;
    return {
      seed: this.#schedule.seed,
      ...(failure === undefined ? {} : { failure }),
      counters: this.#counters.toRecord(),
      simulatedMs: this.#world.now(),
      operationCount: Math.ceil(this.#load.events.length / 2),
      faultCount: this.#schedule.faults.length,
    };
  }

  #stateInvariants(ledger: Ledger): StateInvariants {
    const verdict = this.#verdict;
    const onDecided = (seq: number, value: Uint8Array) => {
      this.#audit.onDecided(seq, value);
      this.#protocolWatch.onDecided(seq, value);
    };
    return new StateInvariants({ ledger, verdict, onDecided });
  }

  async #tell(): Promise<void> {
    const { durationMs, faults } = this.#schedule;
    const maker = new FaultInjector(this.#cluster, this.#witness);
    this.#cluster.startAll();
    this.#load.start();
    maker.plan(faults);
    await this.#world.sleep(durationMs);
    maker.stop();
    const stopped = this.#load.stop();
    const client = this.#load.extraClient();
    await checkLiveness(this.#cluster, client, this.#verdict);
    await stopped;
    for (const key of ['list-late', ...this.#load.keyNames]) await client.get(key);
    const isList = (key: string) => key.startsWith('list');
    checkHistory(this.#load.events, { log: this.#audit, verdict: this.#verdict, isList });
  }

  /** Ends the run: the world throws what a scheduled callback throws. */
  #end(): void {
    this.#world.schedule(0, () => {
      throw new Error('an invariant was violated: this run ends');
    });
  }
}
