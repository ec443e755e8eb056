/**
 * One run from its first process to its verdict: traffic, faults, healing, and then the check that nothing
 * was lost, nothing is wrong, and enough writes succeeded meanwhile.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SeededRandom } from '@paxkv/simulator';
import { toLine } from '../../history/json-lines.ts';
import { RecordedClient } from '../../history/recorded-client.ts';
import { Recorder } from '../../history/recorder.ts';
import { ProcessCluster } from '../../process/process-cluster.ts';
import { openRig } from '../disk/rig.ts';
import { Aim } from '../nemesis/aim.ts';
import type { Scene } from '../nemesis/nemesis.ts';
import { settledStates } from '../nemesis/revival.ts';
import { ProxyNetwork } from '../network/proxy-network.ts';
import { Traffic } from '../traffic/traffic.ts';
import type { FinalAnswers } from './audit.ts';
import { awaitConvergence, compareContents } from './convergence.ts';
import { judge } from './judge.ts';
import type { RunPlan, RunReport } from './run-plan.ts';

const clientCount = 12;
const callRateMax = 500;
/** The first calls meet cold processes and are not measured. */
const coldAckCount = 150;
const coldMsMax = 60_000;
const warmUpMs = 1200;
const quietMs = 300;
const recoveryMsMax = 10_000;
const convergenceMsMax = 15_000;
const wholeMsMax = 15_000;
/** Fewer writes per second than this do not count as traffic. */
const rateFloor = 10;
const longTimeoutMs = 15_000;
const shortTimeoutMs = 500;
const attemptTimeoutMs = 1000;

export interface RunOptions {
  /** Picks nodes, times and calls. */
  readonly seed: string;
  /** Path of the history. Default: a temporary directory, kept only if the run fails. */
  readonly historyFile?: string;
}

/** @throws Missing if the machine lacks what the run needs */
export async function run(plan: RunPlan, options: RunOptions): Promise<RunReport> {
  const rig = await openRig(plan.rig);
  const network = await ProxyNetwork.open(plan.nodeCount);
  try {
    const cluster = await ProcessCluster.start({
      nodeCount: plan.nodeCount,
      addressesFor: (node, addresses) => network.addressesFor(node, addresses),
      ...rig.settings,
      environmentOf: (node) => ({ ...plan.environment, ...rig.settings.environmentOf?.(node) }),
    });
    try {
      const random = new SeededRandom(options.seed);
      const aim = new Aim(cluster, random.stream('aim'));
      const { historyFile } = options;
      const stage = { plan, cluster, network, rig, random, aim, historyFile };
      return await new Run(stage).play();
    } finally {
      // Disks are released before their directories are removed.
      await cluster.kill(...cluster.nodes);
      await rig.close();
      await cluster.close();
    }
  } finally {
    await rig.close();
    await network.close();
  }
}

interface Stage extends Scene {
  readonly plan: RunPlan;
  readonly historyFile: string | undefined;
}

type Rates = Pick<RunReport, 'rateBefore' | 'rateDuring'>;

class Run {
  readonly #stage: Stage;
  readonly #recorder = new Recorder({ now: () => Number(process.hrtime.bigint()) });
  readonly #traffic: Traffic;
  readonly #strikes: string[] = [];
  readonly #recoveriesMs: number[] = [];
  readonly #silencesMs: number[] = [];
  readonly #findings: string[] = [];
  #isStopped = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    const clients = Array.from({ length: clientCount }, (_, index) => this.#client(index));
    const random = stage.random.stream('traffic');
    this.#traffic = new Traffic({ clients, random, callRateMax });
  }

  /** Never rejects: an error that ends it early is a finding. */
  async play(): Promise<RunReport> {
    const begunMs = performance.now();
    const rates = { rateBefore: 0, rateDuring: 0 };
    try {
      rates.rateBefore = await this.#warmUp();
      rates.rateDuring = await this.#strikeAll();
      if (this.#isStopped) await this.#endEarly();
      else {
        this.#checkRate(rates);
        await this.#end();
      }
    } catch (error) {
      this.#findings.push(toText(error));
      await this.#endEarly().catch((cause: unknown) => this.#findings.push(toText(cause)));
    }
    return this.#report({ durationMs: performance.now() - begunMs, ...rates });
  }

  /** Resolves with the rate from the first fault to the last recovery. */
  async #strikeAll(): Promise<number> {
    const struckMs = performance.now();
    for (const strike of this.#stage.plan.strikes) {
      const fromMs = performance.now();
      this.#strikes.push(await strike(this.#stage));
      if (this.#stage.plan.mayStop === true && !(await this.#isWhole())) break;
      await this.#recover();
      this.#silencesMs.push(this.#traffic.acks.longestSilenceMs(fromMs, performance.now()));
      await pause(quietMs);
    }
    return this.#traffic.acks.rateBetween(struckMs, performance.now());
  }

  /**
   * Whether all nodes serve again. If not, each must report why not, in its status or in its last log
   * lines.
   */
  async #isWhole(): Promise<boolean> {
    const { cluster } = this.#stage;
    const states = await settledStates(cluster, wholeMsMax);
    this.#isStopped = states.some((state) => state !== 'running');
    if (!this.#isStopped) return true;
    this.#strikes.push(`stopped: ${states.join('; ')}`);
    if (states.includes('silent'))
      this.#findings.push('a node neither serves nor reports a reason');
    return false;
  }

  /** Every third client has a short timeout, so that there are writes of unknown outcome. */
  #client(index: number): RecordedClient {
    const timeoutMs = index % 3 === 2 ? shortTimeoutMs : longTimeoutMs;
    const client = this.#stage.cluster.client({ timeoutMs, attemptTimeoutMs });
    return new RecordedClient(client, this.#recorder.client());
  }

  /** Resolves with the rate of a healthy cluster. */
  async #warmUp(): Promise<number> {
    const { acks } = this.#traffic;
    const deadlineMs = performance.now() + coldMsMax;
    while (acks.count < coldAckCount) {
      if (performance.now() > deadlineMs)
        throw new Error('the cluster did not start to serve in time');
      await pause(20);
    }
    const fromMs = performance.now();
    await pause(warmUpMs);
    return acks.rateBetween(fromMs, performance.now());
  }

  /** A write through each node must be acknowledged in time. */
  async #recover(): Promise<void> {
    const { cluster } = this.#stage;
    const begunMs = performance.now();
    const number = this.#recoveriesMs.length;
    await Promise.all(
      cluster.nodes.map(async (node) => {
        const client = cluster.client({ nodes: [node], timeoutMs: recoveryMsMax });
        const recorded = new RecordedClient(client, this.#recorder.client({ node }));
        try {
          await recorded.append(`recovery.${node}`, `r${number}.${node} `);
        } catch (error) {
          this.#findings.push(`no write through node ${node} after fault ${number}: ${error}`);
        }
        await client.close();
      }),
    );
    this.#recoveriesMs.push(performance.now() - begunMs);
  }

  #checkRate({ rateBefore, rateDuring }: Rates): void {
    const least = Math.max(rateFloor, rateBefore * this.#stage.plan.rateShareMin);
    if (rateDuring >= least) return;
    const rates = `${rateDuring.toFixed(0)} acknowledged writes/s during faults`;
    this.#findings.push(`${rates}, but at least ${least.toFixed(0)} are required`);
  }

  /** Stops the traffic, waits until the nodes converge, compares them, and checks the history. */
  async #end(): Promise<void> {
    const { cluster } = this.#stage;
    await this.#traffic.stop();
    const finalAnswers = await this.#readEverywhere();
    const differing = await awaitConvergence(cluster, convergenceMsMax);
    this.#findings.push(
      ...differing,
      ...(differing.length > 0 ? [] : await compareContents(cluster)),
    );
    this.#findings.push(...judge(this.#recorder.events, finalAnswers));
  }

  /** Checks the answers until now; the final answers of the nodes are not available. */
  async #endEarly(): Promise<void> {
    await this.#traffic.stop();
    this.#findings.push(...judge(this.#recorder.events, new Map()));
  }

  async #readEverywhere(): Promise<FinalAnswers> {
    const { cluster } = this.#stage;
    const answers = cluster.nodes.map(
      async (node): Promise<[number, Map<string, string | undefined>]> => {
        const client = cluster.client({ nodes: [node] });
        const recorded = new RecordedClient(client, this.#recorder.client({ node }));
        const values = new Map<string, string | undefined>();
        for (const key of this.#traffic.keys) values.set(key, await recorded.get(key));
        await client.close();
        return [node, values];
      },
    );
    return new Map(await Promise.all(answers));
  }

  async #report(figures: Rates & Pick<RunReport, 'durationMs'>): Promise<RunReport> {
    const report = {
      ...figures,
      plan: this.#stage.plan,
      callCount: this.#recorder.events.filter(({ type }) => type === 'invoke').length,
      ackCount: this.#traffic.acks.count,
      recoveriesMs: this.#recoveriesMs,
      silencesMs: this.#silencesMs,
      strikes: this.#strikes,
      leaderCount: this.#stage.aim.leaderCount,
      findings: this.#findings,
    };
    const { historyFile } = this.#stage;
    if (this.#findings.length === 0 && historyFile === undefined) return report;
    return { ...report, historyFile: await this.#keepHistory(historyFile) };
  }

  async #keepHistory(historyFile: string | undefined): Promise<string> {
    const file = historyFile ?? join(await mkdtemp(join(tmpdir(), 'paxkv-faults-')), 'run.jsonl');
    await writeFile(file, this.#recorder.events.map(toLine).join(''));
    await writeFile(`${file}.log`, this.#stage.cluster.log);
    return file;
  }
}

function toText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
