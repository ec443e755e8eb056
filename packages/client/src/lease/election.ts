/** Elections: a lock whose holder, the leader, announces a value in its place at the head of the line. */
import { KvError } from '@paxkv/protocol';
import type { CallOptions } from '../options.ts';
import {
  HeadOfLine,
  type HeadPlace,
  headOfLine,
  type LockOptions,
  runAtHead,
} from './head-of-line.ts';
import type { LeaseParts } from './lease-calls.ts';

/** Options of a campaign. `ttlMs`: the time after which the next one leads if the client of the leader is gone. */
export interface CampaignOptions<V> extends LockOptions {
  /** What the leader announces. Default: nothing. */
  readonly value?: V;
}

/** What an election consists of, besides the calls of its lease. */
export interface ElectionParts<V> extends LeaseParts {
  /** @throws TypeError, KvError for what cannot be stored. */
  toValue(value: V): Uint8Array;
}

/**
 * An election that was won. The client leads until `resign`, or the end of `await using`, or until it could not renew
 * its lease for as long as `ttlMs`.
 */
export class Leadership<V> extends HeadOfLine {
  readonly #parts: ElectionParts<V>;
  readonly #place: HeadPlace;

  /** @internal */
  constructor(parts: ElectionParts<V>, place: HeadPlace) {
    super(place);
    this.#parts = parts;
    this.#place = place;
  }

  /**
   * Announces another value, if this client still leads at that moment.
   *
   * @throws KvError with the outcome, `KV_LEASE_LOST`, *not done*, if it does not lead any more; TypeError on misuse.
   */
  async proclaim(value: V, options?: CallOptions): Promise<void> {
    const { calls, toValue } = this.#parts;
    const { key, fence, lease } = this.#place;
    const stored = toValue(value);
    if (this.signal.aborted) throw notLeading(this.signal.reason);
    const leads = { key, of: 'createRevision', is: '=', to: fence } as const;
    const put = { type: 'putLeased', key, value: stored, lease: lease.id } as const;
    const { passed } = await calls.write(
      { type: 'transact', if: [leads], then: [put], else: [] },
      options,
    );
    if (!passed) throw notLeading();
  }

  /** Leads no longer, and the next one follows. @throws KvError with the outcome. It follows after `ttlMs` then. */
  resign(options?: CallOptions): Promise<void> {
    return this.leave(options);
  }
}

/** A leadership that its caller ends. */
export type HeldLeadership<V> = Pick<Leadership<V>, 'signal' | 'fence' | 'held' | 'proclaim'>;

/** Waits until this client leads. @throws KvError */
export async function campaign<V>(
  parts: ElectionParts<V>,
  name: Uint8Array,
  { value, ...options }: CampaignOptions<V>,
): Promise<Leadership<V>> {
  const stored = value === undefined ? new Uint8Array() : parts.toValue(value);
  return new Leadership(parts, await headOfLine(parts, { name, value: stored }, options));
}

/** Runs `work` while this client leads. */
export function runLeading<V, T>(
  leadership: Leadership<V>,
  work: (leadership: HeldLeadership<V>) => Promise<T>,
): Promise<T> {
  return runAtHead(leadership, 'the leadership', work);
}

function notLeading(cause?: unknown): KvError {
  const message = 'the value was not announced: this client does not lead any more';
  return new KvError('KV_LEASE_LOST', message, { cause, outcome: 'not done' });
}
