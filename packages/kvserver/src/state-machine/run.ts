/** Prepares a run of decisions for applying: decodes their values, and finds the cache slots of their keys. */
import type { Bytes, Reply } from '@paxkv/protocol';
import { keyOf } from './auth/auth-entry.ts';
import type { LoggedRequest, Origin, ValueContent } from './batch.ts';
import { StateError, UnappliableError } from './state-error.ts';
import type { CacheSlot } from './store/cached-entry.ts';
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
}

/** An instance with the cache slot of each request's key. A request that opens a session has none. */
export interface ResolvedInstance extends Instance {
  readonly slots: readonly (CacheSlot | undefined)[];
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
    return { seq, value, origin, requests, raisesTo, incarnation };
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
    const slots: (CacheSlot | undefined)[] = [];
    for (const { command } of instance.requests) {
      const slot = command.type === 'openSession' ? undefined : find(nameOf(keyOf(command)));
      if (slot === undefined && command.type !== 'openSession') return undefined;
      slots.push(slot);
    }
    resolved.push({ ...instance, slots });
  }
  return resolved;
}

/** The names of all keys in the run, each once. */
export function namesIn(run: readonly Instance[]): Iterable<string> {
  const names = new Set<string>();
  for (const { command } of run.flatMap(({ requests }) => requests)) {
    if (command.type !== 'openSession') names.add(nameOf(keyOf(command)));
  }
  return names;
}
