/**
 * Applies instances of the log to the sessions and the store in memory, and keeps the position that they reach. The log
 * alone determines the state and the replies.
 */
import type { Bytes, CommandOf, Reply } from '@paxkv/protocol';
import type { Auth } from './auth/auth.ts';
import type { LoggedRequest } from './batch.ts';
import { baseLevel, levelOf, type Version } from './features.ts';
import type { Applied, Instance, ResolvedInstance } from './run.ts';
import type { Sessions } from './sessions/sessions.ts';
import { nextStateHash } from './state-hash.ts';
import type { Position } from './state-store.ts';
import type { CacheSlot } from './store/cached-entry.ts';
import type { Store } from './store/store.ts';

export interface ApplierParts {
  readonly sessions: Sessions;
  readonly store: Store;
  readonly auth: Auth;
  readonly version: Version;
  /** Finds what a deleteRange may remove after the requests that were applied so far. */
  readonly removable: (command: CommandOf<'deleteRange'>) => Promise<readonly CacheSlot[]>;
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

  /** Applies instances that remove no ranges. */
  applyAll(run: readonly ResolvedInstance[]): readonly Applied[] {
    return run.map((instance) => this.#apply(instance));
  }

  /** Applies any instances. One call at a time. @throws StateError if a range cannot be read. */
  async applyEach(run: readonly ResolvedInstance[]): Promise<readonly Applied[]> {
    const applied: Applied[] = [];
    for (const instance of run) {
      const isStepwise = removesRanges(instance);
      applied.push(isStepwise ? await this.#applyWithRanges(instance) : this.#apply(instance));
    }
    return applied;
  }

  #apply(instance: ResolvedInstance): Applied {
    const { requests, slots } = instance;
    this.#begin(instance);
    const replies = requests.map((request, index) => this.#applyOne(request, slots[index] ?? []));
    return this.#finish(instance, replies);
  }

  async #applyWithRanges(instance: ResolvedInstance): Promise<Applied> {
    const applying = this.#applyStepwise(instance);
    this.#unfinished = applying.catch(() => {});
    try {
      return await applying;
    } finally {
      this.#unfinished = undefined;
    }
  }

  /** What a request removes from a range depends on the requests before it. */
  async #applyStepwise(instance: ResolvedInstance): Promise<Applied> {
    const replies: Reply[] = [];
    this.#begin(instance);
    for (const [index, request] of instance.requests.entries()) {
      const { command } = request;
      const slots =
        command.type === 'deleteRange'
          ? await this.#parts.removable(command)
          : (instance.slots[index] ?? []);
      replies.push(this.#applyOne(request, slots));
    }
    return this.#finish(instance, replies);
  }

  #begin({ raisesTo, incarnation }: Instance): void {
    this.#featureLevel = Math.max(this.#featureLevel, raisesTo ?? baseLevel);
    this.#parts.sessions.found(incarnation);
    this.#parts.store.beginInstance();
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
export function removesRanges({ requests }: Instance): boolean {
  return requests.some(({ command }) => command.type === 'deleteRange');
}
