/** The leaders of an election, one after the other, as a watch of its line shows them. */
import { KvError } from '@paxkv/protocol';
import { Codec } from '../codec.ts';
import type { Clock } from '../environment.ts';
import { type CallOptions, callOptionNames, checkNames } from '../options.ts';
import type { Watch, WatchedChange } from '../watch/watch.ts';
import { type WatchCalls, watch } from '../watch/watch-calls.ts';
import { leaseOfPlace, prefixOf } from './line.ts';
import { pause } from './pause.ts';

/** The pause before the line is read as a whole again, in milliseconds. */
const rereadMs = 250;

/** A client that leads, and what it announces. */
export interface Leader<V> {
  /** Higher than that of every earlier leader. */
  readonly fence: number;
  /** `undefined` if it announces nothing, or a value that is stored as no bytes, such as the empty text. */
  readonly value: V | undefined;
}

export interface LeadersParts<V> {
  readonly calls: WatchCalls;
  readonly clock: Clock;
  /** @throws KvError `KV_NOT_DECODABLE` */
  fromValue(stored: Uint8Array): V;
}

/** @throws TypeError on misuse; reading it, KvError. */
export function leaders<V>(
  parts: LeadersParts<V>,
  name: Uint8Array,
  options: CallOptions = {},
): AsyncIterable<Leader<V> | undefined> {
  checkNames(options, callOptionNames);
  return { [Symbol.asyncIterator]: () => distinct(parts, name, options) };
}

async function* distinct<V>(
  parts: LeadersParts<V>,
  name: Uint8Array,
  options: CallOptions,
): AsyncGenerator<Leader<V> | undefined> {
  let last: Place | undefined;
  let isFirst = true;
  for await (const place of heads(parts, prefixOf(name), options)) {
    if (!isFirst && place?.modRevision === last?.modRevision) continue;
    isFirst = false;
    last = place;
    yield place && { fence: place.createRevision, value: toValue(parts, place.value) };
  }
}

/** The head of the line at each revision, from the present one on. A watch that is too late begins with all again. */
async function* heads(
  { calls, clock }: LeadersParts<unknown>,
  prefix: Uint8Array,
  options: CallOptions,
): AsyncGenerator<Place | undefined> {
  const { signal } = options;
  const codec = Codec.of<'buffer'>('buffer');
  while (!signal?.aborted) {
    try {
      yield* headsOf(watch(calls, codec, { prefix }, { ...options, initial: true }), prefix);
    } catch (error) {
      if (!(error instanceof KvError) || error.code !== 'KV_COMPACTED') throw error;
      await pause(clock, rereadMs, signal).catch(() => {});
    }
  }
}

async function* headsOf(
  line: Watch<'buffer'>,
  prefix: Uint8Array,
): AsyncGenerator<Place | undefined> {
  const view = new LineView(prefix);
  let isWhole = false;
  for await (const { changes, revision } of line.batches()) {
    let at = changes[0]?.modRevision;
    for (const change of changes) {
      // All changes of a revision are one step: what is between them was never there.
      if (isWhole && change.modRevision !== at) yield view.head;
      at = change.modRevision;
      view.apply(change);
    }
    if (revision === undefined) continue;
    isWhole = true;
    yield view.head;
  }
}

interface Place {
  readonly createRevision: number;
  readonly modRevision: number;
  readonly value: Uint8Array;
}

/** The places in a line, after the changes that were applied. */
class LineView {
  readonly #prefix: Uint8Array;
  readonly #places = new Map<string, Place>();

  constructor(prefix: Uint8Array) {
    this.#prefix = prefix;
  }

  /** The place that was created first. */
  get head(): Place | undefined {
    let head: Place | undefined;
    for (const place of this.#places.values()) {
      if (head === undefined || place.createRevision < head.createRevision) head = place;
    }
    return head;
  }

  apply(change: WatchedChange<'buffer'>): void {
    const lease = leaseOfPlace(this.#prefix, change.key);
    if (lease === undefined) return;
    if (change.type === 'delete') this.#places.delete(lease);
    else this.#places.set(lease, change);
  }
}

function toValue<V>({ fromValue }: LeadersParts<V>, stored: Uint8Array): V | undefined {
  return stored.length === 0 ? undefined : fromValue(stored);
}
