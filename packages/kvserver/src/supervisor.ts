/**
 * Supervisor: keeps one node open. After an error of its storage it closes the node, quarantines what is
 * damaged and opens the node again, until a stop is requested or the restart policy gives up.
 * Rule: after a storage error nothing is acknowledged before all data was closed, reopened and verified.
 */
import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvNode, type KvNodeOptions } from './node.ts';
import { type Awaited, awaitOthers } from './onlooker.ts';
import { onlookerTransport } from './onlooker-transport.ts';
import { type Quarantine, RestartPolicy } from './restart-policy.ts';
import type { KvService } from './service/kv-service.ts';
import { quarantine } from './storage/index.ts';
import { causesOf, codeOf } from './storage/shortage.ts';
import { systemClock } from './system/clock.ts';
import type { PeerTransport } from './transport/peer-transport.ts';

export type SupervisorOptions = Pick<
  KvNodeOptions,
  'config' | 'logger' | 'memory' | 'security' | 'recorder' | 'openData'
>;

/** The parts that the supervisor notifies about the node. */
export interface NodeListeners {
  /** The service to which the replica of the node is attached while the node is open. */
  readonly service: Pick<KvService, 'attach' | 'detach' | 'cluster'>;
  /** Called when the known leader changes; `undefined` if none is known. */
  readonly onLeader: (leader: number | undefined) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #policy = new RestartPolicy();
  readonly #stopRequest = new AbortController();
  /** `settled`: the node is open, or waits to be reopened. */
  readonly #events = new EventEmitter<{ settled: [] }>();
  #node: KvNode | undefined;
  #onlooker: PeerTransport | undefined;
  #currentError: Error | undefined;
  #failure: Error | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** The node. Absent while it is closed. */
  get node(): KvNode | undefined {
    return this.#node;
  }

  /** Takes connections of other nodes. Absent while there is nothing to say to them. */
  get peers(): Pick<KvNode, 'handleUpgrade'> | undefined {
    return this.#node ?? this.#onlooker;
  }

  /** Why the node was closed, or is about to be, until it is open again. */
  get currentError(): Error | undefined {
    return this.#currentError;
  }

  /** Why the node will not be reopened. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  get isStopping(): boolean {
    return this.#stopRequest.signal.aborted;
  }

  /** Resolves when the node was closed and will not be reopened. Call it after {@link Supervisor.start}. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /**
   * Resolves when the node is open, when it waits to be reopened, or when the supervisor has given up:
   * see {@link Supervisor.failure}. Called once.
   */
  async start(listeners: NodeListeners): Promise<void> {
    const settled = once(this.#events, 'settled');
    this.#ended = this.#run(listeners);
    await Promise.race([settled, this.#ended]);
  }

  /** Refuses new requests, lets the node answer those it has, within its limits, and closes it. */
  async stop(): Promise<void> {
    this.#stopRequest.abort();
    await this.#ended;
  }

  async #run(listeners: NodeListeners): Promise<void> {
    try {
      while (!this.isStopping) {
        const error = await this.#serve(listeners);
        if (error !== undefined) await this.#recover(error);
      }
    } catch (error) {
      this.#failure = toError(error);
      this.#options.logger.error({ error }, 'node failed and will not be reopened');
    }
  }

  /** Opens the node and closes it again. Resolves with the error that ended it, `undefined` for a stop. */
  async #serve({ service, onLeader }: NodeListeners): Promise<Error | undefined> {
    const failure = new AbortController();
    const onFailed = (error: Error) => failure.abort(error);
    try {
      this.#node = await KvNode.open({
        ...this.#options,
        ...{ onLeader, onFailed },
        onIncarnation: (name) => service.cluster.become(name),
      });
    } catch (error) {
      this.#currentError = toError(error);
      return this.#currentError;
    }
    this.#currentError = undefined;
    const end = AbortSignal.any([failure.signal, this.#stopRequest.signal]);
    if (!end.aborted) {
      service.attach(this.#node.replica);
      end.addEventListener('abort', () => service.detach());
      this.#events.emit('settled');
      await once(end, 'abort');
    }
    if (failure.signal.aborted) this.#currentError = toError(failure.signal.reason);
    const error = this.#currentError;
    await this.#node.close();
    this.#node = undefined;
    return error;
  }

  /** @throws `error` if nothing more can be done. */
  async #recover(error: Error): Promise<void> {
    const action = this.#policy.actionFor(error, systemClock.now());
    this.#options.logger.warn({ error, action }, 'node failed');
    switch (action.type) {
      case 'giveUp':
        throw error;
      case 'quarantine':
        if (!(await this.#mayQuarantine(action, error))) break;
        await this.#quarantine(action.part);
        this.#policy.onQuarantined(action);
        break;
      case 'reopen':
        this.#events.emit('settled');
        await this.#pause(action.delayMs);
    }
  }

  /**
   * Safety: a fault that finds damage in sound data may be the same on all nodes. None of them gives up what it has
   * while most of the others may be about to do so. False if a stop was requested meanwhile, or the wait was too long.
   */
  async #mayQuarantine({ othersWith, waitMsMax }: Quarantine, error: Error): Promise<boolean> {
    if (othersWith === undefined) return true;
    const stop = this.#stopRequest.signal;
    const signal =
      waitMsMax === undefined ? stop : AbortSignal.any([stop, AbortSignal.timeout(waitMsMax)]);
    const transport = await onlookerTransport(this.#options);
    this.#onlooker = transport;
    const onAwaited = (awaited: Awaited) => {
      this.#currentError = new Error(`${damageIn(error)} ${awaitedText[awaited]}`, {
        cause: error,
      });
      this.#options.logger.warn(
        { error, awaited },
        'damaged data stays until the others are sound',
      );
      this.#events.emit('settled');
    };
    const now = () => systemClock.now();
    try {
      return await awaitOthers({ transport, now, instance: othersWith, signal, onAwaited });
    } finally {
      this.#onlooker = undefined;
    }
  }

  async #quarantine(part: Parameters<typeof quarantine>[1]): Promise<void> {
    const { config, logger } = this.#options;
    const { nodeId, clusterId, addresses, dataDirectory: path } = config;
    const owner = { path, nodeId, clusterId, nodeCount: addresses.length };
    for (const { keptAs, deleted } of await quarantine(owner, part)) {
      if (keptAs !== undefined) logger.warn({ keptAs, deleted }, 'damaged data quarantined');
    }
  }

  /** A requested stop ends the pause. */
  async #pause(delayMs: number): Promise<void> {
    await sleep(delayMs, undefined, { signal: this.#stopRequest.signal }).catch(() => {});
  }
}

const awaitedText: Readonly<Record<Awaited, string>> = {
  quorum: 'It is set aside once a majority of the other nodes is seen to work.',
  instance:
    'The other nodes have not applied that instance either, so it may be this version that cannot apply it.',
};

/** What is damaged, in the words of the part that found it. */
function damageIn(error: Error): string {
  const found = causesOf(error).find((cause) => /^(?:DISK|STATE)_/.test(codeOf(cause)));
  return (found ?? error).message;
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
