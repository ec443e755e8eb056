/** A run of decisions as it is about to be applied: what is in their values, and the places of all keys. */
import type { Bytes, Request } from '@paxkv/protocol';
import { decodeBatch, type Origin } from './batch.ts';
import type { CacheSlot } from './store/cached-entry.ts';
import { nameOf } from './store/latin1.ts';

/** A decided value, and the instance that decided it. */
export interface Decision {
  readonly seq: number;
  readonly value: Bytes;
}

/** A decision with what is in its value. */
export interface Instance extends Decision {
  readonly origin: Origin | undefined;
  readonly requests: readonly Request[];
}

/** An instance with the place of each request's key; a request that opens a session has none. */
export interface PlacedInstance extends Instance {
  readonly places: readonly (CacheSlot | undefined)[];
}

/** @throws StateError `STATE_UNKNOWN_FORMAT`, `STATE_MALFORMED` */
export function readRun(decisions: readonly Decision[]): Instance[] {
  return decisions.map(({ seq, value }) => {
    const { origin, requests } = decodeBatch(value);
    return { seq, value, origin, requests };
  });
}

/** `undefined` unless `find` knows the places of all keys. */
export function placeRun(
  run: readonly Instance[],
  find: (name: string) => CacheSlot | undefined,
): PlacedInstance[] | undefined {
  const placed: PlacedInstance[] = [];
  for (const { seq, value, origin, requests } of run) {
    const places: (CacheSlot | undefined)[] = [];
    for (const { command } of requests) {
      const place = command.type === 'openSession' ? undefined : find(nameOf(command.key));
      if (place === undefined && command.type !== 'openSession') return undefined;
      places.push(place);
    }
    placed.push({ seq, value, origin, requests, places });
  }
  return placed;
}

/** Of the keys, each once. */
export function namesIn(run: readonly Instance[]): Iterable<string> {
  const names = new Set<string>();
  for (const { command } of run.flatMap(({ requests }) => requests)) {
    if (command.type !== 'openSession') names.add(nameOf(command.key));
  }
  return names;
}
