/**
 * Lines of clients under a name: each has a place, which is a key with its lease, and the place that was created first is
 * at the head. So the order is that in which they came, and the revision of a key tells its owner from all earlier ones.
 * Source: the locks of etcd and of Chubby (Burrows, 2006).
 */
import { type CommandOf, isId128, type LeaseId, type ReplyOf } from '@paxkv/protocol';
import { joined } from '../encoding.ts';
import { type LeaseParts, leaseLost } from './lease-calls.ts';
import { pause } from './pause.ts';

/** Pauses between two looks at the key that is next in line, in milliseconds. They grow to the second one. */
const lookMsMin = 20;
const lookMsMax = 250;

/** While a place is waited for, its lease limits the time. */
const patient = { timeoutMs: Number.POSITIVE_INFINITY } as const;

// A byte order mark makes another key.
const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

type Waiter = Pick<ReplyOf<'scan'>['entries'][number], 'key' | 'createRevision'>;

/** The keys of a line begin with its name and a slash. */
export function prefixOf(name: Uint8Array): Uint8Array {
  return joined(name, Uint8Array.of(0x2f));
}

/** The key of a place in the line with this prefix. */
export function placeKey(prefix: Uint8Array, lease: LeaseId): Uint8Array {
  return joined(prefix, new TextEncoder().encode(lease));
}

/**
 * The lease at the end of a key that begins with the prefix. `undefined` if it is no place: other keys may begin with the
 * name of a line, such as those of a line below it.
 */
export function leaseOfPlace(prefix: Uint8Array, key: Uint8Array): LeaseId | undefined {
  const rest = textDecoder.decode(key.subarray(prefix.length));
  return isId128(rest) ? rest : undefined;
}

/** A line, seen from one place in it. */
export class Line {
  readonly #parts: LeaseParts;
  readonly #prefix: Uint8Array;
  readonly #revision: number;

  /** `revision`: that at which the place was created. */
  constructor(parts: LeaseParts, { prefix, revision }: { prefix: Uint8Array; revision: number }) {
    this.#parts = parts;
    this.#prefix = prefix;
    this.#revision = revision;
  }

  /** Resolves when nobody is before. @throws KvError, also when the signal fires */
  async wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      const before = await this.#before(signal);
      if (before === undefined) return;
      await this.#untilGone(before, signal);
    }
  }

  /** The key that comes directly before. Only its owner's end can let this one be next. */
  async #before(signal: AbortSignal): Promise<Uint8Array | undefined> {
    let latest: Waiter | undefined;
    let isHere = false;
    for await (const waiter of this.#all(signal)) {
      const { key, createRevision } = waiter;
      if (leaseOfPlace(this.#prefix, key) === undefined) continue;
      isHere ||= createRevision === this.#revision;
      const isBefore = createRevision < this.#revision;
      if (isBefore && createRevision > (latest?.createRevision ?? 0)) latest = waiter;
    }
    if (!isHere) throw leaseLost('the place in the line');
    return latest?.key;
  }

  async *#all(signal: AbortSignal): AsyncGenerator<Waiter> {
    const options = { limit: 1000, reverse: false, keysOnly: true, asOf: 'now' } as const;
    const to = new Uint8Array();
    let from: Uint8Array | undefined = to;
    while (from !== undefined) {
      const range: CommandOf<'scan'> = { type: 'scan', prefix: this.#prefix, from, to, ...options };
      const page: ReplyOf<'scan'> = await this.#parts.calls.read(range, { signal, ...patient });
      yield* page.entries;
      from = page.next;
    }
  }

  async #untilGone(key: Uint8Array, signal: AbortSignal): Promise<void> {
    const { calls, clock, random } = this.#parts;
    for (let pauseMs = lookMsMin; ; pauseMs = Math.min(lookMsMax, pauseMs * 2)) {
      await pause(clock, pauseMs * (0.5 + random.next() / 2), signal);
      const { entry } = await calls.read({ type: 'get', key }, { signal, ...patient });
      if (entry === undefined) return;
    }
  }
}
