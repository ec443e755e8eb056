/** Puts of keys that are deleted with a lease, or when their time is over. */
import type { CommandOf } from '@paxkv/protocol';
import type { CallOptions } from '../options.ts';
import { conditionalOptionNames } from '../transaction/condition.ts';
import { toTtlMs } from './ttl.ts';

/** How long a key is to be there. Without either it stays, and what it had is void. */
export interface LeaseOptions {
  /** The key is deleted when this lease ends. */
  readonly lease?: { readonly id: string };
  /** The key is deleted after so many milliseconds, from 1,000 to a day, unless it is put again. */
  readonly ttlMs?: number;
}

/** The options of a put without a condition. */
export type PutOptions = CallOptions & LeaseOptions;

/** A put of any kind. */
export type PutCommand = CommandOf<'put' | 'putLeased' | 'putTtl'>;

export const putOptionNames: readonly string[] = [...conditionalOptionNames, 'lease', 'ttlMs'];

/** @throws TypeError if both are given, or one has another form. */
export function toPut(
  stored: { readonly key: Uint8Array; readonly value: Uint8Array },
  options: LeaseOptions | undefined,
): PutCommand {
  const { lease, ttlMs } = options ?? {};
  if (lease !== undefined && ttlMs !== undefined) {
    throw new TypeError('a put takes a lease or ttlMs, and not both');
  }
  if (ttlMs !== undefined) return { type: 'putTtl', ...stored, ttlMs: toTtlMs(ttlMs) };
  if (lease === undefined) return { type: 'put', ...stored };
  if (typeof lease?.id !== 'string') throw new TypeError('lease must be a Lease, or have its id');
  return { type: 'putLeased', ...stored, lease: lease.id };
}
