/**
 * Applies instances of the log to the sessions and the store in memory, and keeps the position that they reach. The log
 * alone determines the state and the replies.
 */
import type { Bytes, CommandOf, Reply } from '@paxkv/protocol';
import type { Auth } from './auth/auth.ts';
import type { LoggedRequest } from './batch.ts';
import { baseLevel, levelOf, type Version } from './features.ts';
import type { Leases } from './leases/leases.ts';
import type { Applied, Instance, ResolvedInstance } from './run.ts';
import type { Sessions } from './sessions/sessions.ts';
import { nextStateHash } from './state-hash.ts';
import type { Position } from './state-store.ts';
import type { CacheSlot } from './store/cached-entry.ts';
import type { LoggedCommand } from './store/commands/effect.ts';
import type { Store } from './store/store.ts';

export interface ApplierParts {
  readonly sessions: Sessions;
  readonly store: Store;
  readonly auth: Auth;
  readonly version: Version;
  /** Finds what a deleteRange may remove after the requests that were applied so far. */
  readonly removable: (command: CommandOf<'deleteRange'>) => Promise<readonly CacheSlot[]>;
  readonly leases: Leases;
  /** The slots of these keys, read from the database if they are not in memory. */
  readonly slotsOf: (names: Iterable<string>) => Promise<readonly CacheSlot[]>;
}

export class InstanceApplier {
  readonly #parts: ApplierParts;
  #applied: number;
  #featureLevel: number;
  #stateHash: Bytes;
  #unfinished: Promise<unknown> | undefined;

  constructor({ applied, featureLevel, stateHash }: Position, parts: ApplierParts) {
    this.#parts = parts;
    this.#applied = applied;
    this.#featureLevel = featureLevel;
    this.#stateHash = stateHash;
  }

  /** The highest applied instance, −1 for none. */
  get applied(): number {
    return this.#applied;
  }

  get featureLevel(): number {
    return this.#featureLevel;
  }

  get stateHash(): Bytes {
    return this.#stateHash;
  }

  /** Settles once no instance is applied in part only. `undefined`: none is. */
  get unfinished(): Promise<unknown> | undefined {
    return this.#unfinished;
  }

  /** Applies instances that are not stepwise. */
  applyAll(run: readonly ResolvedInstance[]): readonly Applied[] {
    return run.map((instance) => this.#apply(instance));
  }

  /** Applies any instances. One call at a time. @throws StateError if entries cannot be read. */
  async applyEach(run: readonly ResolvedInstance[]): Promise<readonly Applied[]> {
    const applied: Applied[] = [];
    for (const instance of run) {
      applied.push(isStepwise(instance) ? await this.#applyLater(instance) : this.#apply(instance));
    }
    return applied;
  }

  #apply(instance: ResolvedInstance): Applied {
    const { requests, slots } = instance;
    this.#begin(instance);
    const replies = requests.map((request, index) => this.#applyOne(request, slots[index] ?? []));
    return this.#finish(instance, replies);
  }

  async #applyLater(instance: ResolvedInstance): Promise<Applied> {
    const applying = this.#applyStepwise(instance);
    this.#unfinished = applying.catch(() => {});
    try {
      return await applying;
    } finally {
      this.#unfinished = undefined;
    }
  }

  /** What a request removes from a range, or with a lease, depends on the requests before it. */
  async #applyStepwise(instance: ResolvedInstance): Promise<Applied> {
    const replies: Reply[] = [];
    this.#begin(instance);
    await this.#expire(instance);
    for (const [index, request] of instance.requests.entries()) {
      const slots = this.#slotsFound(request.command) ?? instance.slots[index] ?? [];
      replies.push(this.#applyOne(request, slots instanceof Promise ? await slots : slots));
    }
    return this.#finish(instance, replies);
  }

  /** The slots of a command that does not name its keys. */
  #slotsFound(command: LoggedCommand): Promise<readonly CacheSlot[]> | undefined {
    const { removable, slotsOf, leases } = this.#parts;
    if (command.type === 'deleteRange') return removable(command);
    if (command.type !== 'revokeLease') return undefined;
    return slotsOf(leases.get(command.lease)?.names ?? []);
  }

  async #expire({ expiring }: Instance): Promise<void> {
    if (expiring.length === 0) return;
    const { store, slotsOf, leases } = this.#parts;
    const names = expiring.flatMap((one) => [...(leases.expired(one)?.names ?? [])]);
    store.expire(expiring, await slotsOf(names));
  }

  #begin({ seq, raisesTo, incarnation }: Instance): void {
    this.#featureLevel = Math.max(this.#featureLevel, raisesTo ?? baseLevel);
    const { sessions, store } = this.#parts;
    sessions.found(incarnation);
    store.beginInstance(seq, sessions.incarnation);
  }

  #finish({ seq, value, origin }: Instance, replies: readonly Reply[]): Applied {
    this.#applied = seq;
    this.#stateHash = nextStateHash(this.#stateHash, { seq, value, replies });
    return { seq, origin, replies };
  }

  #applyOne(request: LoggedRequest, slots: readonly CacheSlot[]): Reply {
    const { sessions, store, auth, version } = this.#parts;
    // Safety: the level in the state decides. Replicas of different versions would decide differently.
    if (levelOf(request.command, version) > this.#featureLevel) {
      return { type: 'refused', reason: 'featureOff' };
    }
    return sessions.apply(request, slots, auth.storeFor(request, store));
  }
}

/** Whether more must be read while the instance is applied. */
export function isStepwise({ requests, expiring }: Instance): boolean {
  if (expiring.length > 0) return true;
  return requests.some(({ command: { type } }) => type === 'deleteRange' || type === 'revokeLease');
}
