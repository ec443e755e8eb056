/** Helpers that create requests, batches and databases. */
import { encodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import type {
  Applied,
  Decision,
  StateMachine,
} from '@paxkv/kvserver/internal/state-machine/state-machine';
import type { CacheSlot } from '@paxkv/kvserver/internal/state-machine/store/cached-entry';
import {
  type CachedEntry,
  toCachedEntry,
} from '@paxkv/kvserver/internal/state-machine/store/cached-value';
import type { LoggedCommand } from '@paxkv/kvserver/internal/state-machine/store/commands/effect';
import { keysOf } from '@paxkv/kvserver/internal/state-machine/store/keys-of';
import { nameOf } from '@paxkv/kvserver/internal/state-machine/store/latin1';
import type { Command, Entry, Request, Stamp, TransactCommand } from '@paxkv/protocol';
import { MemoryLevel } from 'memory-level';

export const viewEncodings = { keyEncoding: 'view', valueEncoding: 'view' } as const;

export type TestLevel = MemoryLevel<Uint8Array, Uint8Array>;

export function memoryLevel(): TestLevel {
  return new MemoryLevel<Uint8Array, Uint8Array>({ ...viewEncodings, storeEncoding: 'view' });
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);

/** A command about a key of clients, which a transaction may have as an operation. */
export type KeyCommand = Extract<Command, { readonly key: Uint8Array }>;

/** A transaction with these parts; the others are empty. */
export function transaction(parts: Partial<TransactCommand>): TransactCommand {
  return { type: 'transact', if: [], then: [], else: [], ...parts };
}

export const get = (key: string): KeyCommand => ({ type: 'get', key: bytes(key) });
export const put = (key: string, value: string): KeyCommand => ({
  type: 'put',
  key: bytes(key),
  value: bytes(value),
});
export const append = (key: string, value: string): KeyCommand => ({
  type: 'append',
  key: bytes(key),
  value: bytes(value),
});
export const remove = (key: string): KeyCommand => ({ type: 'delete', key: bytes(key) });
export const openSession = (client = 'someone'): LoggedCommand => ({ type: 'openSession', client });

/** A request of session `session`, whose first outstanding number is `firstOutstanding`. */
export function stamped(
  command: LoggedCommand,
  [session, number, firstOutstanding = 1]: readonly [number, number, number?],
): Request<LoggedCommand> {
  const stamp: Stamp = { session, number, firstOutstanding };
  return { command, stamp };
}

/** A cache with given entries, and the changed ones, in the order of their first change. */
export class FixedCache {
  readonly changed = new Set<CacheSlot>();
  readonly #slots: ReadonlyMap<string, CacheSlot>;

  constructor(entries: Readonly<Record<string, Entry | undefined>>) {
    const slots = Object.entries(entries).map(
      ([name, entry]) =>
        [name, { name, entry: entry && toCachedEntry(entry), rowSum: undefined }] as const,
    );
    this.#slots = new Map(slots);
  }

  find(name: string): CacheSlot | undefined {
    return this.#slots.get(name);
  }

  /** The slots of the keys that the command names and that are here. */
  slotsOf(command: Command): readonly CacheSlot[] {
    return keysOf(command).flatMap((key) => this.find(nameOf(key)) ?? []);
  }

  change(slot: CacheSlot, entry: CachedEntry | undefined): void {
    slot.entry = entry;
    this.changed.add(slot);
  }
}

export function batchOf(...requests: readonly (Command | Request)[]): Uint8Array {
  return encodeBatch({
    origin: { node: 0, runId: 1, number: 1 },
    requests: requests.map((request) => ('command' in request ? request : { command: request })),
  });
}

/** The values as decisions of consecutive instances from `first` on. */
export function decided(first: number, values: readonly Uint8Array[]): Decision[] {
  return values.map((value, index) => ({ seq: first + index, value }));
}

/** The same as `machine.apply`, but a thrown error becomes a rejection. */
export async function applyTo(
  machine: StateMachine,
  decisions: readonly Decision[],
): Promise<readonly Applied[]> {
  return machine.apply(decisions);
}

/** Applies one batch of `requests` at the next instance, and waits until it is written. */
export async function applyNext(
  machine: StateMachine,
  ...requests: readonly (Command | Request)[]
) {
  const [applied] = await machine.apply(decided(machine.applied + 1, [batchOf(...requests)]));
  await machine.flush();
  return applied?.replies ?? [];
}

/** The same with all bytes in hexadecimal, so that only content is compared. */
export function plain(subject: unknown): unknown {
  if (typeof subject === 'bigint') return `${subject}n`;
  if (subject instanceof Uint8Array) return Buffer.from(subject).toString('hex');
  if (Array.isArray(subject)) return subject.map(plain);
  if (typeof subject !== 'object' || subject === null) return subject;
  return Object.fromEntries(Object.entries(subject).map(([name, field]) => [name, plain(field)]));
}
