/**
 * Runs one seed: draws a schedule, runs a whole cluster through it while every invariant is checked, and
 * returns the result. The same seed gives the same run, event by event.
 */
import { World } from '@paxkv/simulator';
import type { HistoryEvent } from '../history/event.ts';
import { AimedReads } from './aim/aimed-reads.ts';
import { Targets } from './aim/targets.ts';
import { Cluster } from './cluster/cluster.ts';
import { FaultInjector } from './cluster/fault-injector.ts';
import { decidedChanges } from './invariants/decided-changes.ts';
import { checkHistory } from './invariants/history-invariants.ts';
import { checkJointHistory } from './invariants/joint-history.ts';
import { Ledger } from './invariants/ledger.ts';
import { ReplyAudit } from './invariants/reply-audit.ts';
import { RetentionInvariants } from './invariants/retention-invariants.ts';
import { StateAudit } from './invariants/state-audit.ts';
import { StateInvariants } from './invariants/state-invariants.ts';
import { StepInvariants } from './invariants/step-invariants.ts';
import { checkSightings } from './invariants/watch-invariants.ts';
import { checkLiveness, lateKey } from './liveness.ts';
import { LoadRun } from './load/load-run.ts';
import { ClientWatch } from './rare/client-watch.ts';
import { Counters } from './rare/counters.ts';
import { LimitWatch } from './rare/limit-watch.ts';
import { ProtocolWatch } from './rare/protocol-watch.ts';
import { ServerWatch } from './rare/server-watch.ts';
import { Trace } from './report/trace.ts';
import { newestVersion } from './schedule/draw-versions.ts';
import { type Narrowing, narrow } from './schedule/narrow.ts';
import type { Schedule } from './schedule/schedule.ts';
import { scheduleOf } from './schedule/vary.ts';
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
  const schedule = narrow(scheduleOf(seed, options.variants), options);
  const run = new Run(schedule, options);
  return run.run();
}

class Run {
  readonly #schedule: Schedule;
  readonly #world: World;
  readonly #verdict: Verdict;
  readonly #audit: ReplyAudit;
  readonly #stateAudit: StateAudit;
  readonly #counters = new Counters();
  readonly #protocolWatch: ProtocolWatch;
  readonly #witness: Witnesses;
  readonly #ledger: Ledger;
  readonly #cluster: Cluster;
  readonly #load: LoadRun;
  readonly #aimed: AimedReads;

  constructor(schedule: Schedule, { onTrace, onEvent: onHistory }: SeedOptions) {
    const { seed, variants, nodeCount, load } = schedule;
    const world = new World({ seed: [seed, ...variants].join('+') });
    const now = () => world.now();
    const ledger = new Ledger(nodeCount);
    const trace = onTrace && new Trace(now, onTrace);
    const clientWatch = new ClientWatch(this.#counters);
    const targets = new Targets();
    this.#schedule = schedule;
    this.#world = world;
    this.#ledger = ledger;
    this.#verdict = new Verdict(now, () => this.#end());
    this.#audit = new ReplyAudit(this.#verdict);
    this.#stateAudit = new StateAudit(this.#verdict);
    this.#protocolWatch = new ProtocolWatch(ledger, this.#counters);
    this.#witness = new Witnesses([
      ...(trace === undefined ? [] : [trace]),
      this.#stateInvariants(ledger),
      new StepInvariants(ledger, this.#verdict),
      new RetentionInvariants(ledger, this.#verdict),
      this.#audit,
      this.#stateAudit,
      this.#protocolWatch,
      new ServerWatch(nodeCount, this.#counters),
      new LimitWatch(schedule.limits.messages, this.#counters),
      clientWatch,
      targets,
    ]);
    this.#cluster = new Cluster(world, schedule, this.#witness);
    const onEvent = (event: HistoryEvent) => {
      trace?.onEvent(event);
      onHistory?.(event);
      clientWatch.onEvent(event);
    };
    this.#load = new LoadRun(world, {
      load,
      clientNetwork: this.#cluster.clientNetwork,
      onEvent,
      audit: this.#stateAudit,
    });
    this.#aimed = new AimedReads(world, {
      targets,
      nodeCount,
      client: (node) => this.#load.directClient(node),
      onProbe: ({ reason }) => this.#counters.add(`reads aimed at a server: ${reason}`),
    });
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
    this.#aimed.start();
    maker.plan(faults);
    await this.#world.sleep(durationMs);
    maker.stop();
    const stopped = Promise.all([this.#load.stop(), this.#aimed.stop()]);
    const clients = this.#cluster.servers.map((_, node) => this.#load.faithfulClient(node));
    await checkLiveness(this.#cluster, clients, this.#verdict);
    await stopped;
    const client = this.#load.extraClient();
    const keys = [lateKey, ...this.#load.keyNames, ...this.#aimed.keyNames];
    for (const key of keys) await client.get(key);
    await this.#load.readJointKeys();
    for (const event of this.#load.events) this.#auditRead(event);
    const isList = (key: string) => key.startsWith('list');
    this.#countTransactions();
    checkJointHistory(this.#load.transactions, this.#verdict);
    await this.#checkWatches();
    checkHistory(this.#load.events, { log: this.#audit, verdict: this.#verdict, isList });
  }

  async #checkWatches(): Promise<void> {
    const { sightings, gapCount } = this.#load;
    const shownCount = sightings.reduce((sum, { changes }) => sum + changes.length, 0);
    this.#counters.add('change that a watch has shown', shownCount);
    this.#counters.add('watch that was told of a gap', gapCount);
    const { sessions: sessionLimits } = this.#schedule.limits;
    const version = newestVersion(this.#schedule);
    const decided = await decidedChanges(this.#ledger, { version, sessionLimits });
    checkSightings(sightings, decided, this.#verdict);
  }

  #countTransactions(): void {
    for (const { fate, writes } of this.#load.transactions) {
      const [first] = writes;
      if (first?.name === 'deleteRange') {
        const how = fate.name === 'open' ? 'with an unknown outcome' : 'at once';
        this.#counters.add(`range of keys that was deleted ${how}`);
      }
      if (writes.length < 2) continue;
      const done = fate.name === 'ok' && fate.answer.succeeded === true;
      const end = fate.name === 'open' ? 'with an unknown outcome' : 'that came too late';
      this.#counters.add(`transaction of several keys ${done ? 'that was done' : end}`);
    }
  }

  #auditRead(event: HistoryEvent): void {
    if (event.type !== 'ok' || event.answer.name !== 'get') return;
    const { value, revision: modRevision } = event.answer;
    if (value === undefined || modRevision === undefined) return;
    this.#stateAudit.onRead(event.key, { value, modRevision });
  }

  /** Ends the run: the world throws what a scheduled callback throws. */
  #end(): void {
    this.#world.schedule(0, () => {
      throw new Error('an invariant was violated: this run ends');
    });
  }
}
