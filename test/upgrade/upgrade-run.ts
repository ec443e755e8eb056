/** A cluster of real processes under load whose servers are restarted as other versions, one after the other. */
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { toPosition, unseal } from '@paxkv/kvserver/internal/storage/state/rows';
import {
  StateDatabase,
  type StateLevel,
} from '@paxkv/kvserver/internal/storage/state/state-database';
import { SeededRandom } from '@paxkv/simulator';
import { Level } from 'level';
import { awaitConvergence } from '../faults/run/convergence.ts';
import { judge } from '../faults/run/judge.ts';
import { Traffic } from '../faults/traffic/traffic.ts';
import { RecordedClient } from '../history/recorded-client.ts';
import { Recorder } from '../history/recorder.ts';
import { ProcessCluster } from '../process/process-cluster.ts';
import type { Exit } from '../process/server-process.ts';

const clientCount = 6;
const callRateMax = 200;
const convergenceMsMax = 15_000;
const levelMsMax = 15_000;
const pollMs = 50;
/** Traffic between two restarts. */
const betweenMs = 500;

/** Added to the environment of a server: that of a version. */
export type Environment = NodeJS.ProcessEnv;

export interface Ended extends Exit {
  /** What the server printed. */
  readonly log: string;
}

export class UpgradeRun {
  readonly cluster: ProcessCluster;
  readonly #environments: Environment[];
  readonly #recorder = new Recorder({ now: () => Number(process.hrtime.bigint()) });
  readonly #traffic: Traffic;

  private constructor(cluster: ProcessCluster, environments: Environment[]) {
    this.cluster = cluster;
    this.#environments = environments;
    const clients = Array.from({ length: clientCount }, () => {
      const client = cluster.client({ timeoutMs: 15_000, attemptTimeoutMs: 1000 });
      return new RecordedClient(client, this.#recorder.client());
    });
    const random = new SeededRandom(`${Date.now()}`);
    this.#traffic = new Traffic({ clients, random, callRateMax });
  }

  /** Starts three servers of one version, and the load. */
  static async start(environment: Environment): Promise<UpgradeRun> {
    const environments = [environment, environment, environment];
    const environmentOf = (node: number) => environments[node] ?? {};
    return new UpgradeRun(await ProcessCluster.start({ environmentOf }), environments);
  }

  /** Stops a server, starts it as another version, and waits until it serves. */
  async change(node: number, environment: Environment): Promise<void> {
    await this.cluster.stop(node);
    this.#environments[node] = environment;
    await this.cluster.restart(node);
    await pause(betweenMs);
  }

  /** Starts a stopped server as a version that does not serve, and waits until it ends by itself. */
  async attempt(node: number, environment: Environment): Promise<Ended> {
    const before = this.cluster.log.length;
    this.#environments[node] = environment;
    this.cluster.launch(node);
    const exit = await this.cluster.exit(node);
    return { ...exit, log: this.cluster.log.slice(-Math.max(0, this.cluster.log.length - before)) };
  }

  /** Moves the data of a stopped server away, so that it starts anew; the result moves it back. */
  async moveDataAway(node: number): Promise<() => Promise<void>> {
    const directory = this.cluster.directoryOf(node);
    await rename(directory, `${directory}.kept`);
    return async () => {
      await rename(directory, `${directory}.new`).catch(() => {});
      await rename(`${directory}.kept`, directory);
    };
  }

  /** The feature level of each server. */
  async levels(): Promise<(number | undefined)[]> {
    const statuses = await Promise.all(this.cluster.nodes.map((node) => this.cluster.status(node)));
    return statuses.map(({ featureLevel }) => featureLevel);
  }

  /** Resolves with the levels once all servers have this one, or when that takes too long. */
  async untilLevel(level: number): Promise<(number | undefined)[]> {
    const deadlineMs = performance.now() + levelMsMax;
    for (;;) {
      const levels = await this.levels();
      if (levels.every((each) => each === level) || performance.now() > deadlineMs) return levels;
      await pause(pollMs);
    }
  }

  /** POST with a JSON body to one server. */
  async post(node: number, path: string, body: object): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`http://${this.cluster.addresses[node]}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Writes acknowledged so far. */
  get ackCount(): number {
    return this.#traffic.acks.count;
  }

  /** Stops the load and all servers, and returns everything that is wrong. */
  async end(): Promise<string[]> {
    await this.#traffic.stop();
    const answers = await Promise.all(this.cluster.nodes.map((node) => this.#readAll(node)));
    const findings = await awaitConvergence(this.cluster, convergenceMsMax);
    if (findings.length === 0) findings.push(...(await this.#compareRows()));
    return [...findings, ...judge(this.#recorder.events, new Map(answers.entries()))];
  }

  async close(): Promise<void> {
    await this.#traffic.stop().catch(() => {});
    await this.cluster.close();
  }

  /** Stops all servers and compares the rows on their disks, some of which only the next version can read. */
  async #compareRows(): Promise<string[]> {
    const { cluster } = this;
    await Promise.all(cluster.nodes.map((node) => cluster.stop(node)));
    const hashes = await Promise.all(
      cluster.nodes.map(async (node) => {
        return this.#readState(node, (level) => new StateDatabase(level).contentHash());
      }),
    );
    return new Set(hashes).size === 1
      ? []
      : [`the rows of the servers differ: ${hashes.join(', ')}`];
  }

  /** How many sessions were opened, by the count in the state of a server that has ended. */
  openedCount(node: number): Promise<number> {
    return this.#readState(node, async (level) => {
      const row = await level.get(positionKey);
      if (row === undefined) throw new Error(`node ${node} has no state`);
      return unseal(positionKey, row, toPosition).position.sessions.next - 1;
    });
  }

  async #readState<T>(node: number, read: (level: StateLevel) => Promise<T>): Promise<T> {
    const encoding = { keyEncoding: 'view', valueEncoding: 'view' } as const;
    const path = join(this.cluster.directoryOf(node), 'state');
    const level = new Level<Uint8Array, Uint8Array>(path, encoding);
    await level.open();
    try {
      return await read(level);
    } finally {
      await level.close();
    }
  }

  async #readAll(node: number): Promise<Map<string, string | undefined>> {
    const client = this.cluster.client({ nodes: [node] });
    const recorded = new RecordedClient(client, this.#recorder.client({ node }));
    const values = new Map<string, string | undefined>();
    for (const key of this.#traffic.keys) values.set(key, await recorded.get(key));
    return values;
  }
}
