/** What share of a load each kind of request has, and the six mixes that YCSB has names for. */
import type { Distribution } from './key-choice.ts';

/**
 * `put` writes a key that is there, `insert` a new one. `scan` reads neighbouring keys, and
 * `update` reads a key and writes it then; each counts as one request, over when its last part is.
 */
export const requestKinds = ['get', 'put', 'insert', 'scan', 'update'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Shares that add up to 1. */
export type Mix = Readonly<Partial<Record<RequestKind, number>>>;

export interface NamedMix {
  readonly mix: Mix;
  readonly distribution: Distribution;
}

/** The core workloads of YCSB, whose records have 1000 bytes. */
export const ycsb = {
  a: { mix: { get: 0.5, put: 0.5 }, distribution: 'zipfian' },
  b: { mix: { get: 0.95, put: 0.05 }, distribution: 'zipfian' },
  c: { mix: { get: 1 }, distribution: 'zipfian' },
  d: { mix: { get: 0.95, insert: 0.05 }, distribution: 'latest' },
  e: { mix: { scan: 0.95, insert: 0.05 }, distribution: 'zipfian' },
  f: { mix: { get: 0.5, update: 0.5 }, distribution: 'zipfian' },
} as const satisfies Record<string, NamedMix>;

export const ycsbValueBytes = 1000;

export type YcsbName = keyof typeof ycsb;

/** So many gets, the rest puts. */
export function mixOf(readPercent: number): Mix {
  const get = readPercent / 100;
  return { get, put: 1 - get };
}

/** Whether anything is read, so that there must be something to read. */
export function hasReads({ get = 0, scan = 0, update = 0 }: Mix): boolean {
  return get + scan + update > 0;
}

/** The kind at `chance`, which is evenly from 0 to below 1. */
export function kindAt(mix: Mix, chance: number): RequestKind {
  let sum = 0;
  let last: RequestKind = 'put';
  for (const kind of requestKinds) {
    const share = mix[kind] ?? 0;
    if (share === 0) continue;
    sum += share;
    last = kind;
    if (chance < sum) return kind;
  }
  return last;
}
