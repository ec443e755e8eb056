/**
 * The life of a node: opened, and after trouble with its memory closed, mended as far as it can be, and
 * opened again, until it is asked to stop or nothing more can be done.
 * Rule: after an error of the disk nothing is acknowledged before all was closed, reopened and verified.
 */
import { KvNode, type KvNodeOptions } from './node.ts';
import { RestartPolicy } from './restart-policy.ts';
import { quarantine } from './storage/index.ts';
import { systemClock } from './system/clock.ts';

export type SupervisorOptions = Omit<KvNodeOptions, 'onFailed'>;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #policy = new RestartPolicy();
  #node: KvNode | undefined;
  #trouble: Error | undefined;
  #failure: Error | undefined;
  #isStopping = false;
  /** Wakes whatever waits for the node to fail, or for the next attempt. */
  #wake: () => void = () => {};
  #ended: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Absent while it is closed. */
  get node(): KvNode | undefined {
    return this.#node;
  }

  /** Why the node was closed, or is about to be, until it is open again. */
  get currentError(): Error | undefined {
    return this.#trouble;
  }

  /** Why it will not be opened again. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves when the node was closed for good. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Resolves when the node is open, or waits for its disk, or has ended already. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#ended = this.#live(resolve).finally(resolve);
    });
  }

  /** Has the node answer what is under way, then closes it for good. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    await this.#ended;
  }

  async #live(onBegun: () => void): Promise<void> {
    try {
      for (let isOver = false; !isOver && !this.#isStopping; ) isOver = await this.#round(onBegun);
    } catch (error) {
      this.#failure = toError(error);
      this.#options.logger.error({ error }, 'node given up');
    }
  }

  /** From one opening to the next. Resolves with whether that was the last. @throws to give up. */
  async #round(onBegun: () => void): Promise<boolean> {
    const trouble = await this.#serve(onBegun);
    if (trouble === undefined) return true;
    const remedy = this.#policy.actionFor(trouble, systemClock.now());
    this.#options.logger.warn({ error: trouble, remedy }, 'node in trouble');
    switch (remedy.type) {
      case 'giveUp':
        throw trouble;
      case 'quarantine':
        await this.#quarantine(remedy.part);
        return false;
      case 'reopen':
        onBegun();
        await this.#pause(remedy.delayMs);
        return false;
    }
  }

  /** Opens the node and closes it again. Resolves with why, unless it was asked to. */
  async #serve(onBegun: () => void): Promise<Error | undefined> {
    let onFailed: (error: Error) => void = () => {};
    const failed = new Promise<Error>((resolve) => {
      onFailed = resolve;
    });
    try {
      this.#node = await KvNode.open({ ...this.#options, onFailed });
    } catch (error) {
      this.#trouble = toError(error);
      return this.#trouble;
    }
    this.#trouble = undefined;
    onBegun();
    this.#trouble = await Promise.race([failed, this.#asked()]);
    await this.#node.close();
    this.#node = undefined;
    return this.#trouble;
  }

  async #quarantine(part: Parameters<typeof quarantine>[1]): Promise<void> {
    const { config, logger } = this.#options;
    const { nodeId, clusterId, addresses, dataDirectory: path } = config;
    const owner = { path, nodeId, clusterId, nodeCount: addresses.length };
    for (const { keptAs, deleted } of await quarantine(owner, part)) {
      if (keptAs !== undefined) logger.warn({ keptAs, deleted }, 'data set aside');
    }
  }

  #asked(): Promise<undefined> {
    if (this.#isStopping) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
    });
  }

  async #pause(delayMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const isOver = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, delayMs);
    });
    await Promise.race([isOver, this.#asked()]);
    clearTimeout(timer);
  }
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
