/**
 * One server of a simulated cluster: a real replica on simulated disks, network and clock, observed by the
 * witnesses. It can crash, lose power, pause, and have disk faults.
 */
import { type Answer, ExchangeError, type Message } from '@paxkv/client';
import { scrubLimitsDefault } from '@paxkv/kvserver/internal/config/scrub-limits';
import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { Replica } from '@paxkv/kvserver/internal/replica/index';
import { baseLevel, type Version } from '@paxkv/kvserver/internal/state-machine/features';
import { expectWholeJournal } from '@paxkv/kvserver/internal/storage/index';
import { positionKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import { toPosition, unseal } from '@paxkv/kvserver/internal/storage/state/rows';
import type { Clock, Storage, Transport, Write } from '@paxkv/paxos';
import {
  type DiskPace,
  type Gate,
  type Lifetime,
  type NodeClock,
  type Operation,
  SimDisk,
  SimNode,
  type World,
  type WriteFate,
} from '@paxkv/simulator';
import { entropyFrom } from '../../kv/entropy.ts';
import { answer } from '../../kv/kv-endpoint.ts';
import { StateDisk } from '../../kv/state-disk.ts';
import { highestLevel } from '../schedule/draw-versions.ts';
import type { DamagedJournal, LostLogWindow, LostMemory } from '../schedule/fault.ts';
import type { EndCause } from '../witness.ts';
import { copyWrite } from './copies.ts';
import { FileDisks } from './file-disks.ts';
import { JournalDisk } from './journal-disk.ts';
import type { ServerOptions } from './server-options.ts';

type Bytes = Uint8Array;
type Fill = Parameters<StateDisk['replace']>[0];

export class Server {
  readonly journal: SimDisk<Bytes> | JournalDisk;
  readonly state: StateDisk;
  readonly files: FileDisks;
  readonly clock: NodeClock;
  readonly #world: World;
  readonly #options: ServerOptions;
  readonly #node: SimNode<Replica>;
  /** Ends each call that is being served. */
  readonly #breaks = new Set<(reason: Error) => void>();
  #gate: Gate | undefined;
  #keepChance = 0.5;
  #isPowerLost = false;
  #bootCount = 0;
  /** Whether it was started with a version too old for the cluster, and has had the newest one since. */
  #isUpgraded = false;
  #highestLevel = baseLevel;
  /** How often the state was lost. */
  #stateEpoch = 0;
  /** Ends the program at once, if it was asked to stop and has not ended yet. */
  endStop: () => void = () => {};
  /** How often the server was ended from outside. */
  #endCount = 0;

  constructor(world: World, options: ServerOptions) {
    const { me, clockRate, pace, witness, segmentBytes } = options;
    this.#world = world;
    this.#options = options;
    const random = world.random(`journal ${me}`);
    const onWrite = (fate: WriteFate, writes: readonly Write<Bytes>[]) =>
      witness.onWrite(me, fate, writes);
    this.journal =
      segmentBytes === undefined
        ? new SimDisk(world, {
            ...pace,
            random,
            copy: copyWrite,
            emptyState: 'new',
            watch: onWrite,
          })
        : new JournalDisk(world, { pace, random, segmentBytes, watch: onWrite });
    const watch = (operations: readonly Operation[]) => this.#onStateKept(operations);
    this.state = new StateDisk(world, world.random(`state ${me}`), { watch });
    this.state.setPace(pace);
    this.files = new FileDisks(world, options);
    this.clock = world.nodeClock({ rate: clockRate });
    this.#node = new SimNode(world, (lifetime) => this.#boot(lifetime), this.clock);
  }

  /** Absent while the server is down. */
  get replica(): Replica | undefined {
    return this.#node.program;
  }

  /** Whether the server runs or is starting. */
  get isUp(): boolean {
    return this.#node.isUp;
  }

  /** The highest feature level of the version that runs. */
  get highestLevel(): number {
    return this.#highestLevel;
  }

  get hasFailed(): boolean {
    return this.replica?.status.state === 'failed';
  }

  /** Whether the server reports that it is ready. */
  get isRunning(): boolean {
    return this.replica?.status.state === 'running' && !this.#node.isPaused;
  }

  /**
   * Also resolves if a crash ends the start.
   *
   * @throws What keeps the replica from opening.
   */
  async start(): Promise<void> {
    const { me, witness } = this.#options;
    const endCount = this.#endCount;
    if (this.#options.isClockOfBoots && !this.isUp) this.clock.restart(0);
    this.#bootCount += 1;
    witness.onStarted(me, this.#bootCount);
    try {
      await this.#node.start();
      witness.onUp(me);
    } catch (error) {
      if (this.#endCount === endCount) throw error;
    }
  }

  crash(): void {
    this.#end('crash', 0.5);
  }

  /** Stops the program gracefully. The server is down once that is done. */
  stop(): void {
    const { replica } = this;
    if (replica === undefined) return;
    const endCount = this.#endCount;
    this.endStop = () => {
      if (this.#endCount === endCount) this.#end('stop', 1);
    };
    replica.stop().then(this.endStop, this.endStop);
  }

  losePower(tearChance: number): void {
    this.#end('power loss', 1 - tearChance);
  }

  pause(): void {
    this.#node.pause();
  }

  resume(): void {
    this.#node.resume();
  }

  setPace(pace: DiskPace): void {
    this.journal.setPace(pace);
    this.state.setPace(pace);
  }

  /** From its next start on, the server has the newest version. */
  upgrade(): void {
    this.#isUpgraded = true;
  }

  /** Wipes disks while the server is down. */
  loseMemory({ of, isNoticed }: Pick<LostMemory, 'of' | 'isNoticed'>): void {
    if (of !== 'state') this.journal.wipe(isNoticed ? 'lost' : 'new');
    if (of !== 'journal') this.state.wipe();
    // Without its journal and its state, a server has lost its identity, too.
    if (of === 'both') {
      this.#stateEpoch = 0;
      this.#options.levelNetwork.forget(this.#options.me);
    }
    if (of === 'state') this.#stateEpoch += 1;
    this.#options.witness.onMemoryLost(this.#options.me, of);
  }

  /** Harms the journal while the server is down. */
  damageJournal({ harm }: Pick<DamagedJournal, 'harm'>): void {
    if (this.journal instanceof JournalDisk) this.journal.damage({ harm });
  }

  /** Makes everything fail that needs space on a disk. `undefined`: there is space again. */
  fill(error: Error | undefined): void {
    this.journal.fill(error);
    this.state.fill(error);
  }

  hang(isHung: boolean): void {
    this.journal.hang(isHung);
    this.state.hang(isHung);
  }

  /** Wipes or damages the log window and the history while the server is down. */
  loseLogWindow({ isDamaged }: Pick<LostLogWindow, 'isDamaged'>): void {
    if (isDamaged) this.files.damage();
    else this.files.wipe();
  }

  /** `undefined` takes the failure back. */
  failNextWrite(disk: 'journal' | 'state', error: Error | undefined): void {
    if (disk === 'journal') this.journal.failNextWrite(error);
    else this.state.failNextSync(error);
  }

  /** Ends the faults of disks, clock and pace. */
  calm(pace: DiskPace): void {
    this.failNextWrite('journal', undefined);
    this.failNextWrite('state', undefined);
    this.journal.failNextLoad(undefined);
    this.fill(undefined);
    this.hang(false);
    this.setPace(pace);
    this.clock.setRate(1);
    this.endStop();
    this.resume();
  }

  /** @throws ExchangeError if the server is down, or crashes before it answers. */
  serve(message: Message, signal: AbortSignal): Promise<Answer> {
    const { replica } = this;
    const gate = this.#gate;
    if (replica === undefined || gate === undefined) {
      return Promise.reject(new ExchangeError('no', 'connection refused'));
    }
    const { me, witness } = this.#options;
    const controller = new AbortController();
    signal.addEventListener('abort', () => gate.pass(() => controller.abort()));
    return new Promise((resolve, reject) => {
      this.#breaks.add(reject);
      const work = async () => {
        const result = await answer(replica, message, controller.signal);
        this.#breaks.delete(reject);
        witness.onAnswered(me, message, result);
        resolve(result);
      };
      gate.pass(() => {
        work().catch((defect: unknown) => this.#throw(defect));
      });
    });
  }

  async #boot({ clock, gate, onCrash }: Lifetime): Promise<Replica> {
    const { me, serverCount, network, isLed, stateNetwork, forwardNetwork, checksumNetwork } =
      this.#options;
    const { witness, onFailed } = this.#options;
    const { levelNetwork, limits } = this.#options;
    const version = this.#versionAtStart();
    this.#highestLevel = version.highest;
    witness.onNote(`node ${me} has a version up to feature level ${version.highest}`);
    const { instances: logInstanceCountMax, bytes: logBytesMax } = this.#options.logBudget;
    const pass = (deliver: () => void) => gate.pass(deliver);
    onCrash(() => network.unplug(me));
    onCrash(() => this.#crashJournal());
    onCrash(() => this.state.crash());
    onCrash(() => this.files.crash(1 - this.#keepChance));
    onCrash(() => stateNetwork.unplug(me));
    onCrash(() => forwardNetwork.unplug(me));
    onCrash(() => checksumNetwork.unplug(me));
    onCrash(() => levelNetwork.unplug(me));
    onCrash(() => this.#breakCalls());
    this.#gate = gate;
    const { storage, writeIndex } = await this.#openJournal(clock, gate);
    const state = await this.state.open(gate);
    if (writeIndex !== undefined) {
      await expectWholeJournal({ journal: { writeIndex: writeIndex() }, state });
    }
    const options = {
      me,
      runId: this.#bootCount,
      peerCount: serverCount,
      clock,
      limits: { ...limitsDefault, logInstanceCountMax, logBytesMax, ...limits.server },
      sessionLimits: limits.sessions,
      messageLimits: limits.messages[me] ?? {},
      ...(limits.ownSessionWindowMax !== undefined && {
        ownSessionWindowMax: limits.ownSessionWindowMax,
      }),
      stateEpoch: this.#stateEpoch,
      ...(await this.files.open(clock, gate)),
      transport: gate.transport(this.#watched(network.transport(me))),
      storage: gate.storage(storage),
      state,
      ...(writeIndex !== undefined && { journalIndex: writeIndex }),
      stateTransfer: {
        port: stateNetwork.port(me, pass),
        replace: (fill: Fill) => this.state.replace(fill, gate),
      },
      checksums: checksumNetwork.port(me, pass),
      scrub: { ...scrubLimitsDefault, firstDelayMs: 200, intervalMs: 1000 },
      version,
      levels: levelNetwork.port(me, { ...version, raiseMax: version.highest }),
      random: this.#world.random(`replica ${me}`),
      drawEntropy: entropyFrom(this.#world.random(`entropy ${me}`)),
      onStopped: (error: Error) => {
        witness.onFailed(me, error);
        onFailed(error);
      },
      isCandidate: isLed,
      ...(isLed ? { forwarding: forwardNetwork.port(me, pass) } : {}),
    };
    return Replica.open(options);
  }

  /** Without a write index if a model stands for the journal, which never loses its end unnoticed. */
  async #openJournal(
    clock: Clock,
    gate: Gate,
  ): Promise<{ storage: Storage<Bytes>; writeIndex?: () => number }> {
    if (this.journal instanceof JournalDisk) return this.journal.open(gate, clock);
    return { storage: this.journal.open() };
  }

  #crashJournal(): void {
    if (this.journal instanceof JournalDisk)
      this.journal.crash(this.#keepChance, this.#isPowerLost);
    else this.journal.crash(this.#keepChance);
  }

  #versionAtStart(): Version {
    const { versions, newCommands: commands } = this.#options;
    const drawn = versions[Math.min(this.#bootCount, versions.length) - 1] ?? baseLevel;
    return { lowest: baseLevel, highest: this.#isUpgraded ? highestLevel : drawn, commands };
  }

  #end(cause: EndCause, keepChance: number): void {
    if (!this.isUp) return;
    this.#endCount += 1;
    this.#keepChance = keepChance;
    this.#isPowerLost = cause === 'power loss';
    this.#options.witness.onEnded(this.#options.me, cause);
    this.#node.crash();
  }

  #watched(transport: Transport<Bytes>): Transport<Bytes> {
    const { me, witness } = this.#options;
    return {
      open: (inbox) =>
        transport.open({
          receive: (envelope) => inbox.receive(envelope),
          undeliverable: (envelope) => inbox.undeliverable(envelope),
          disconnected: (peer) => {
            witness.onLost(me, peer);
            inbox.disconnected(peer);
          },
        }),
      send: (envelope) => {
        witness.onSent(envelope);
        transport.send(envelope);
      },
      close: () => transport.close(),
    };
  }

  #onStateKept(operations: readonly Operation[]): void {
    const { me, witness } = this.#options;
    for (const operation of operations) {
      if (operation.type !== 'put' || Buffer.compare(operation.key, positionKey) !== 0) continue;
      const { position } = unseal(operation.key, operation.value, toPosition);
      witness.onApplied(me, position);
    }
  }

  #breakCalls(): void {
    for (const end of this.#breaks) end(new ExchangeError('maybe', 'the server crashed'));
    this.#breaks.clear();
  }

  /** Ends the run: the world throws what a scheduled callback throws. */
  #throw(defect: unknown): void {
    this.#world.schedule(0, () => {
      throw defect;
    });
  }
}
