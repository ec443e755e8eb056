/** The share of each kind of request in a load, and the six standard mixes of YCSB. */
import type { Distribution } from './key-choice.ts';

/**
 * `put` writes an existing key, `insert` a new one. `scan` reads neighbouring keys, and `update` reads a
 * key and then writes it. Each counts as one request, which ends with its last part.
 */
export const requestKinds = ['get', 'put', 'insert', 'scan', 'update'] as const;
export type RequestKind = (typeof requestKinds)[number];

/** Shares that add up to 1. */
export type Mix = Readonly<Partial<Record<RequestKind, number>>>;

export interface NamedMix {
  readonly mix: Mix;
  readonly distribution: Distribution;
}

/** The core workloads of YCSB. Their records have 1000 bytes. */
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

/** `readPercent` gets, and puts for the rest. */
export function mixOf(readPercent: number): Mix {
  const get = readPercent / 100;
  return { get, put: 1 - get };
}

/** Whether the mix reads, so that the keys must exist. */
export function hasReads({ get = 0, scan = 0, update = 0 }: Mix): boolean {
  return get + scan + update > 0;
}

/** The kind at `uniform`, a number drawn from 0 to below 1. */
export function kindAt(mix: Mix, uniform: number): RequestKind {
  let sum = 0;
  let last: RequestKind = 'put';
  for (const kind of requestKinds) {
    const share = mix[kind] ?? 0;
    if (share === 0) continue;
    sum += share;
    last = kind;
    if (uniform < sum) return kind;
  }
  return last;
}
