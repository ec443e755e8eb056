/**
 * One seed, one run: draws a schedule, lets it happen to a whole cluster under the eyes of every
 * judge, and says what came of it. The same seed gives the same run, event by event.
 */
import { World } from '@paxkv/simulator';
import type { HistoryEvent } from '../history/event.ts';
import { Cluster } from './cluster/cluster.ts';
import { MischiefMaker } from './cluster/mischief-maker.ts';
import { Deeds } from './invariants/deeds.ts';
import { judgeHistory } from './invariants/history-invariants.ts';
import { Ledger } from './invariants/ledger.ts';
import { StateInvariants } from './invariants/state-invariants.ts';
import { StepInvariants } from './invariants/step-invariants.ts';
import { judgeLiveness } from './liveness.ts';
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
}

export interface SeedResult {
  readonly seed: number;
  /** Absent if nothing went wrong. */
  readonly failure?: Failure;
  /** How often what happened, by name. */
  readonly counters: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  /** Client calls that were judged. */
  readonly operationCount: number;
  /** Faults that began. */
  readonly faultCount: number;
}

/** Longer than any run takes in the world's time. */
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
  readonly #deeds: Deeds;
  readonly #counters = new Counters();
  readonly #protocolWatch: ProtocolWatch;
  readonly #witness: Witnesses;
  readonly #cluster: Cluster;
  readonly #load: LoadRun;

  constructor(schedule: Schedule, { onTrace }: SeedOptions) {
    const { seed, nodeCount, load } = schedule;
    const world = new World({ seed });
    const now = () => world.now();
    const ledger = new Ledger(nodeCount);
    const trace = onTrace && new Trace(now, onTrace);
    const clientWatch = new ClientWatch(this.#counters);
    this.#schedule = schedule;
    this.#world = world;
    this.#verdict = new Verdict(now, () => this.#end());
    this.#deeds = new Deeds(this.#verdict);
    this.#protocolWatch = new ProtocolWatch(ledger, this.#counters);
    this.#witness = new Witnesses([
      ...(trace === undefined ? [] : [trace]),
      this.#stateInvariants(ledger),
      new StepInvariants(ledger, this.#verdict),
      this.#deeds,
      this.#protocolWatch,
      new ServerWatch(nodeCount, this.#counters),
      clientWatch,
    ]);
    this.#cluster = new Cluster(world, schedule, this.#witness);
    const onEvent = (event: HistoryEvent) => {
      trace?.onEvent(event);
      clientWatch.onEvent(event);
    };
    this.#load = new LoadRun(world, { load, ways: this.#cluster.ways, onEvent });
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
      this.#deeds.repeatCount,
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
      this.#deeds.onDecided(seq, value);
      this.#protocolWatch.onDecided(seq, value);
    };
    return new StateInvariants({ ledger, verdict, onDecided });
  }

  async #tell(): Promise<void> {
    const { durationMs, faults } = this.#schedule;
    const maker = new MischiefMaker(this.#cluster, this.#witness);
    this.#cluster.startAll();
    this.#load.start();
    maker.plan(faults);
    await this.#world.sleep(durationMs);
    maker.stop();
    const stopped = this.#load.stop();
    const client = this.#load.extraClient();
    await judgeLiveness(this.#cluster, client, this.#verdict);
    await stopped;
    for (const key of ['list-late', ...this.#load.keyNames]) await client.get(key);
    const isList = (key: string) => key.startsWith('list');
    judgeHistory(this.#load.events, { deeds: this.#deeds, verdict: this.#verdict, isList });
  }

  /** The world passes on what a scheduled callback throws. */
  #end(): void {
    this.#world.schedule(0, () => {
      throw new Error('A judge has ended this run.');
    });
  }
}
