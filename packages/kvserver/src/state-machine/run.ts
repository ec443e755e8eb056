/** Prepares a run of decisions for applying: decodes their values, and finds the cache slots of their keys. */
import type { Bytes, Request } from '@paxkv/protocol';
import { decodeBatch, type Origin } from './batch.ts';
import type { CacheSlot } from './store/cached-entry.ts';
import { nameOf } from './store/latin1.ts';

/** A decided value and its instance. */
export interface Decision {
  readonly seq: number;
  readonly value: Bytes;
}

/** A decision with its decoded value. */
export interface Instance extends Decision {
  readonly origin: Origin | undefined;
  readonly requests: readonly Request[];
}

/** An instance with the cache slot of each request's key. A request that opens a session has none. */
export interface ResolvedInstance extends Instance {
  readonly slots: readonly (CacheSlot | undefined)[];
}

/** @throws StateError `STATE_UNKNOWN_FORMAT`, `STATE_MALFORMED` */
export function readRun(decisions: readonly Decision[]): Instance[] {
  return decisions.map(({ seq, value }) => {
    const { origin, requests } = decodeBatch(value);
    return { seq, value, origin, requests };
  });
}

/** Returns `undefined` if `find` does not know the slot of some key. */
export function resolveRun(
  run: readonly Instance[],
  find: (name: string) => CacheSlot | undefined,
): ResolvedInstance[] | undefined {
  const resolved: ResolvedInstance[] = [];
  for (const { seq, value, origin, requests } of run) {
    const slots: (CacheSlot | undefined)[] = [];
    for (const { command } of requests) {
      const slot = command.type === 'openSession' ? undefined : find(nameOf(command.key));
      if (slot === undefined && command.type !== 'openSession') return undefined;
      slots.push(slot);
    }
    resolved.push({ seq, value, origin, requests, slots });
  }
  return resolved;
}

/** The names of all keys in the run, each once. */
export function namesIn(run: readonly Instance[]): Iterable<string> {
  const names = new Set<string>();
  for (const { command } of run.flatMap(({ requests }) => requests)) {
    if (command.type !== 'openSession') names.add(nameOf(command.key));
  }
  return names;
}
