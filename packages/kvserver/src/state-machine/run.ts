/** Prepares a run of decisions for applying: decodes their values, and finds the cache slots of their keys. */
import type { Bytes, Reply } from '@paxkv/protocol';
import type { LoggedRequest, Origin, ValueContent } from './batch.ts';
import type { ExpiringLease } from './leases/leases.ts';
import { StateError, UnappliableError } from './state-error.ts';
import type { CacheSlot } from './store/cached-entry.ts';
import { keysOf } from './store/keys-of.ts';
import { nameOf } from './store/latin1.ts';
import type { Values } from './values.ts';

/** A decided value and its instance. */
export interface Decision {
  readonly seq: number;
  readonly value: Bytes;
}

/** The result of applying a decision. */
export interface Applied {
  readonly seq: number;
  /** The origin of the batch; `undefined` for the noop. */
  readonly origin: Origin | undefined;
  /** One reply for each request of the batch, in the same order. */
  readonly replies: readonly Reply[];
}

/** A decision with its decoded value. */
export interface Instance extends Decision {
  readonly origin: Origin | undefined;
  readonly requests: readonly LoggedRequest[];
  /** The feature level to which the instance raises the cluster, if it does. */
  readonly raisesTo: number | undefined;
  /** The incarnation that the instance gives to a cluster that has none, if it does. */
  readonly incarnation: string | undefined;
  /** The leases that it ends, unless they were renewed meanwhile. */
  readonly expiring: readonly ExpiringLease[];
}

/** An instance with the cache slots of each request: one for each key of `keysOf`, in the same order. */
export interface ResolvedInstance extends Instance {
  readonly slots: readonly (readonly CacheSlot[])[];
}

const noRaise = { level: undefined, incarnation: undefined };

/**
 * Nothing of a run is applied if any of it goes beyond this version.
 *
 * @throws StateError `STATE_LEVEL_UNSUPPORTED`, `STATE_UNKNOWN_FORMAT`, `STATE_MALFORMED`
 */
export function readRun(decisions: readonly Decision[], values: Values): Instance[] {
  return decisions.map(({ seq, value }) => {
    const content = readAt(seq, value, values);
    const { origin, requests } = content;
    const { level: raisesTo, incarnation } = 'level' in content ? content : noRaise;
    const expiring = 'expiring' in content ? content.expiring : [];
    return { seq, value, origin, requests, raisesTo, incarnation, expiring };
  });
}

function readAt(seq: number, value: Bytes, values: Values): ValueContent {
  try {
    return values.read(value);
  } catch (cause) {
    if (!(cause instanceof StateError) || cause.code === 'STATE_LEVEL_UNSUPPORTED') throw cause;
    const message = `Instance ${seq} cannot be applied. ${cause.message}`;
    throw new UnappliableError(cause.code, seq, message, cause);
  }
}

/** Returns `undefined` if `find` does not know the slot of some key. */
export function resolveRun(
  run: readonly Instance[],
  find: (name: string) => CacheSlot | undefined,
): ResolvedInstance[] | undefined {
  const resolved: ResolvedInstance[] = [];
  for (const instance of run) {
    const slots: CacheSlot[][] = [];
    for (const { command } of instance.requests) {
      const found: CacheSlot[] = [];
      for (const key of keysOf(command)) {
        const slot = find(nameOf(key));
        if (slot === undefined) return undefined;
        found.push(slot);
      }
      slots.push(found);
    }
    resolved.push({ ...instance, slots });
  }
  return resolved;
}

/** The names of all keys in the run, each once. */
export function namesIn(run: readonly Instance[]): Iterable<string> {
  const names = new Set<string>();
  for (const { command } of run.flatMap(({ requests }) => requests)) {
    for (const key of keysOf(command)) names.add(nameOf(key));
  }
  return names;
}
