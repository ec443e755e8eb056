/**
 * Two clusters under faults. One of them is made anew at the same addresses again and again, while four kinds of clients
 * go on: two that outlive their cluster, one with the endpoints of both clusters, and an intruder.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { toLine } from '../../history/json-lines.ts';
import { ProcessCluster } from '../../process/process-cluster.ts';
import { Aim } from '../nemesis/aim.ts';
import type { Nemesis, Scene } from '../nemesis/nemesis.ts';
import { ProxyNetwork } from '../network/proxy-network.ts';
import { judge } from '../run/judge.ts';
import { isOfLanes } from '../traffic/key-lane.ts';
import { Intruder } from './intruder.ts';
import { startLastingClient } from './lasting-client.ts';
import { startMixedClient } from './mixed-client.ts';
import type { Origin, Place } from './place.ts';
import {
  backUp,
  foundPlace,
  type Remains,
  readFormer,
  readRemains,
  remake,
  takeData,
} from './remade-cluster.ts';
import type { RenewedClient } from './renewed-client.ts';
import { straysIn } from './strays.ts';

export interface RemadePlan {
  readonly durationMs: number;
  /** How long an incarnation lasts. */
  readonly roundMs: number;
  readonly faults: readonly Nemesis[];
  /** Settings of every node of the second cluster, as environment variables. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface RemadeFigures {
  readonly findings: readonly string[];
  /** One line. */
  readonly summary: string;
}

const calmMs = 400;
/** Between two faults of the cluster that is not made anew: it must serve at a rate, beside three servers that start. */
const servingMs = 1500;
/** Once empty and once from a backup, however slow the machine is. */
const leastAnew = 2;
const leastKept = 20;
const liveMsMax = 60_000;
/** What the traffic of the run writes in the first cluster. */
const isOfTraffic = (key: string) => isOfLanes(key) || key.startsWith('recovery.');

export async function playRemade(scene: Scene, plan: RemadePlan): Promise<RemadeFigures> {
  const untilMs = performance.now() + plan.durationMs;
  const nodeCount = scene.cluster.nodes.length;
  const network = await ProxyNetwork.open(nodeCount);
  const folder = await mkdtemp(join(tmpdir(), 'paxkv-remade-'));
  try {
    const cluster = await ProcessCluster.start({
      nodeCount,
      addressesFor: (node, addresses) => network.addressesFor(node, addresses),
      environmentOf: () => plan.environment,
    });
    try {
      const random = scene.random.stream('remade');
      const aim = new Aim(cluster, random.stream('aim'));
      const second = { ...scene, cluster, network, random, aim };
      const first = await foundPlace(scene.cluster, 'a');
      const begun = await foundPlace(cluster, 'b1');
      return await new RemadeRun({ plan, first: scene, second, folder }, first, begun).play(
        untilMs,
      );
    } finally {
      await cluster.close();
    }
  } finally {
    await network.close();
    await rm(folder, { recursive: true });
  }
}

/** How an incarnation begins: empty, or with the backup in the file. */
interface Beginning {
  readonly name: string;
  readonly origin: Origin | undefined;
  readonly file: string;
}

interface Stage {
  readonly plan: RemadePlan;
  readonly first: Scene;
  readonly second: Scene;
  readonly folder: string;
}

class RemadeRun {
  readonly #stage: Stage;
  readonly #first: Place;
  #present: Place;
  /** The remains of each incarnation of the second cluster. */
  readonly #remains = new Map<Place, Remains>();
  readonly #lasting: readonly RenewedClient[];
  readonly #mixed: RenewedClient;
  readonly #intruder: Intruder;
  readonly #findings: string[] = [];
  #faultCount = 0;
  #restoredCount = 0;
  #isOver = false;

  constructor(stage: Stage, first: Place, begun: Place) {
    this.#stage = stage;
    this.#first = first;
    this.#present = begun;
    const { random } = stage.second;
    const place = () => this.#present;
    const places = () => [this.#first, this.#present];
    this.#lasting = (['stream', 'http'] as const).map((transport) =>
      startLastingClient({ transport, place, random: random.stream(transport) }),
    );
    this.#mixed = startMixedClient({ places, random: random.stream('mixed') });
    this.#intruder = new Intruder({ places, random: random.stream('intruder') });
  }

  /** Ends about at `untilMs`. */
  async play(untilMs: number): Promise<RemadeFigures> {
    const { first, plan } = this.#stage;
    const faults = this.#harm(first, servingMs, () => this.#isOver);
    const incarnations = this.#playIncarnations(untilMs - plan.roundMs);
    try {
      await Promise.race([incarnations, faults]);
    } finally {
      this.#isOver = true;
      await Promise.all(this.#clients.map((client) => client.stop()));
      // The first that failed says why; the other one ends soon after it.
      await Promise.allSettled([incarnations, faults]);
    }
    await faults;
    await this.#judgeAll();
    return { findings: this.#findings, summary: this.#summary() };
  }

  /** None begins after `beginMsMax`, unless there were too few. */
  async #playIncarnations(beginMsMax: number): Promise<void> {
    await this.#live();
    while (performance.now() < beginMsMax || this.#remains.size < leastAnew) {
      if (this.#isOver) return;
      await this.#makeAnew();
      await this.#live();
    }
  }

  /** The life of one incarnation: as long as planned, and until its clients have done something. */
  async #live(): Promise<void> {
    const { plan, second } = this.#stage;
    const place = this.#present;
    const endMs = performance.now() + plan.roundMs;
    await this.#harm(second, calmMs, () => this.#isOver || performance.now() >= endMs);
    while (place.kept.length < leastKept) {
      if (this.#isOver) return;
      if (performance.now() > endMs + liveMsMax) {
        throw new Error(`${place.name} acknowledged ${place.kept.length} appends`);
      }
      await pause(calmMs);
    }
  }

  /** Ends the present incarnation under load and without notice, and begins another one at the same addresses. */
  async #makeAnew(): Promise<void> {
    const { second, folder } = this.#stage;
    const { cluster } = second;
    const former = this.#present;
    const number = this.#remains.size + 1;
    const file = join(folder, `${former.name}.backup`);
    const origin = number % 2 === 0 ? await backUp(cluster, former, file) : undefined;
    await cluster.kill(...cluster.nodes);
    former.end();
    const moved = await takeData(cluster, folder);
    // One cluster after the other, since a slow machine does not start all of them in time.
    this.#remains.set(former, await readFormer(moved, former));
    await this.#begin({ name: `b${number + 1}`, origin, file });
  }

  async #begin({ name, origin, file }: Beginning): Promise<void> {
    const { cluster } = this.#stage.second;
    await remake(cluster, origin && file);
    if (origin !== undefined) this.#restoredCount += 1;
    this.#present = await foundPlace(cluster, name, origin);
  }

  /** Injects faults one after another. */
  async #harm(scene: Scene, betweenMs: number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await pause(betweenMs);
      await scene.random.pick(this.#stage.plan.faults)(scene);
      this.#faultCount += 1;
    }
  }

  async #judgeAll(): Promise<void> {
    const { first, second } = this.#stage;
    this.#remains.set(this.#present, await readRemains(second.cluster, this.#present));
    for (const [place, remains] of this.#remains) this.#judgePlace(place, remains);
    this.#judgePlace(this.#first, await readRemains(first.cluster, this.#first));
    this.#findings.push(...this.#tooLittle());
    for (const client of this.#clients) this.#findings.push(...client.findings);
    if (this.#findings.length > 0) await this.#keepHistories();
  }

  #judgePlace(place: Place, { contents, answers }: Remains): void {
    const parent = place.origin?.place;
    const origin = parent && this.#remains.get(parent)?.contents;
    const facts = { name: place.name, ...(place.origin && { kept: place.origin.kept }) };
    const isForeign = place === this.#first ? { isForeign: isOfTraffic } : {};
    const found = [
      ...place.answeredAfterEnd,
      ...straysIn(facts, contents, { ...isForeign, ...(origin && { origin }) }),
      ...judge(place.recorder.events, answers),
    ];
    this.#findings.push(...found);
  }

  get #clients() {
    return [...this.#lasting, this.#mixed, this.#intruder];
  }

  /** Counts that a run must reach, or it proves nothing. */
  #tooLittle(): string[] {
    const counts = {
      'refused clients of a former incarnation': this.#lasting.map((each) => each.refusedCount),
      'refused clients of two clusters': [this.#mixed.refusedCount],
      'refused stamps of others': [this.#intruder.refusedCount],
      'repeated appends': [this.#intruder.repeatCount],
      'acknowledged appends of an incarnation': this.#places.map(({ kept }) => kept.length),
    };
    return Object.entries(counts).flatMap(([what, numbers]) =>
      numbers.some((number) => number === 0) ? [`too little was done: ${what}: ${numbers}`] : [],
    );
  }

  get #places(): Place[] {
    return [this.#first, ...this.#remains.keys()];
  }

  #summary(): string {
    const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
    const anew = this.#remains.size - 1;
    return [
      `made anew ${anew} times, ${this.#restoredCount} of them from a backup`,
      `${this.#faultCount} faults`,
      `${sum(this.#places.map(({ kept }) => kept.length))} acknowledged appends`,
      `${sum(this.#lasting.map((each) => each.refusedCount))} clients of a former incarnation refused`,
      `${this.#mixed.refusedCount} of two clusters`,
      `${this.#intruder.refusedCount} stamps of others refused`,
      `${this.#intruder.repeatCount} appends repeated`,
    ].join(', ');
  }

  async #keepHistories(): Promise<void> {
    const kept = await mkdtemp(join(tmpdir(), 'paxkv-remade-histories-'));
    for (const { name, recorder } of this.#places) {
      await writeFile(join(kept, `${name}.jsonl`), recorder.events.map(toLine).join(''));
    }
    await writeFile(join(kept, 'servers.log'), this.#stage.second.cluster.log);
    this.#findings.push(`histories: ${kept}`);
  }
}
