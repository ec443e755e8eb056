/** A model of the whole state machine, as simple as possible: nothing is dropped, nothing is on disk. */
import {
  boundsOf,
  type CommandOf,
  type Comparison,
  type Entry,
  isRangeRead,
  type KeyRange,
  type OperationReply,
  type Reply,
  type Request,
  type SessionId,
  type Stamp,
  type TransactCommand,
} from '@paxkv/protocol';
import { type KeyCommand, plain } from './fixtures.ts';

type LoggedCommand = KeyCommand | TransactCommand | CommandOf<'deleteRange'>;

interface Client {
  firstOutstanding: number;
  readonly done: Map<number, { readonly command: string; readonly reply: Reply }>;
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('hex');

export class Model {
  readonly entries = new Map<string, Entry>();
  readonly #clients = new Map<SessionId, Client>();
  revision = 0;
  /** The revision of the transaction that is being done. */
  #at: number | undefined;

  apply({ command, stamp }: Request): Reply {
    if (command.type === 'openSession') {
      const session = this.#clients.size + 1;
      this.#clients.set(session, { firstOutstanding: 1, done: new Map() });
      return { type: 'openSession', session };
    }
    if (command.type === 'getAuth' || command.type === 'setAuth') {
      throw new TypeError('The model has no auth table.');
    }
    if (
      command.type === 'grantLease' ||
      command.type === 'renewLease' ||
      command.type === 'revokeLease'
    ) {
      throw new TypeError('The model has no leases.');
    }
    if (isRangeRead(command)) {
      throw new TypeError('No read of a range is in the log.');
    }
    return stamp === undefined ? this.#do(command) : this.#doOnce(command, stamp);
  }

  entryAt(key: Uint8Array): Entry | undefined {
    return this.entries.get(nameOf(key));
  }

  /** The present keys of a range in order, in hexadecimal. */
  namesIn(range: KeyRange): string[] {
    const { first, end } = boundsOf(range);
    return [...this.entries.keys()]
      .filter((name) => name >= nameOf(first) && (end === undefined || name < nameOf(end)))
      .sort();
  }

  #doOnce(command: LoggedCommand, { session, number, firstOutstanding }: Stamp): Reply {
    const client = this.#clients.get(session);
    if (client === undefined) return { type: 'refused', reason: 'sessionExpired' };
    client.firstOutstanding = Math.max(client.firstOutstanding, firstOutstanding);
    const isInside = number >= client.firstOutstanding && number - client.firstOutstanding < 1024;
    if (!isInside) return { type: 'refused', reason: 'outsideWindow' };
    const [before, name] = [client.done.get(number), JSON.stringify(plain(command))];
    if (before?.command === name) return before.reply;
    if (before !== undefined) return { type: 'refused', reason: 'numberReused' };
    const reply = this.#do(command);
    if (reply.type !== 'get') client.done.set(number, { command: name, reply });
    return reply;
  }

  #do(command: LoggedCommand): Reply {
    if (command.type === 'transact') return this.#transact(command);
    if (command.type === 'deleteRange') return this.#deleteRange(command);
    if (command.type === 'putLeased' || command.type === 'putTtl') {
      throw new TypeError('The model has no leases.');
    }
    const entry = this.entryAt(command.key);
    switch (command.type) {
      case 'get':
        return { type: 'get', entry };
      case 'put':
        this.#set(command.key, command.value);
        return { type: 'put', revision: this.revision };
      case 'append': {
        const value = Buffer.concat([entry?.value ?? Buffer.alloc(0), command.value]);
        this.#set(command.key, value);
        return { type: 'append', revision: this.revision, length: value.length };
      }
      case 'delete':
        if (this.entries.delete(nameOf(command.key))) this.#advance();
        return { type: 'delete', revision: this.revision, deleted: entry !== undefined };
      case 'increment': {
        const before = Buffer.from(entry?.value ?? Buffer.from('0')).toString();
        const isDecimal = /^(?:0|-?[1-9]\d*)$/.test(before);
        if (!isDecimal || !isInRange(BigInt(before))) {
          return { type: 'refused', reason: 'notACounter' };
        }
        const value = BigInt(before) + command.by;
        if (!isInRange(value)) return { type: 'refused', reason: 'counterOverflow' };
        this.#set(command.key, Buffer.from(String(value)));
        return { type: 'increment', revision: this.revision, value };
      }
    }
  }

  /** Samples have fewer keys and bytes than one command may remove. */
  #deleteRange(command: CommandOf<'deleteRange'>): Reply {
    const names = this.namesIn(command);
    for (const name of names) this.entries.delete(name);
    if (names.length > 0) this.#advance();
    return { type: 'deleteRange', revision: this.revision, deleted: names.length, next: undefined };
  }

  /** Does one operation after the other, and goes back to the beginning if one is refused. */
  #transact(transaction: TransactCommand): Reply {
    const [revision, entries] = [this.revision, new Map(this.entries)];
    const reply = this.#doAll(transaction, revision + 1);
    if (reply.type === 'refused') {
      this.revision = revision;
      this.entries.clear();
      for (const [name, entry] of entries) this.entries.set(name, entry);
    }
    return reply;
  }

  #doAll(transaction: TransactCommand, at: number): Reply {
    const passed = transaction.if.every((comparison) => this.#holds(comparison));
    const results: OperationReply[] = [];
    for (const operation of passed ? transaction.then : transaction.else) {
      // Every write of a transaction is the one at this revision.
      if (operation.type !== 'transact') this.#at = at;
      const reply =
        operation.type === 'transact' ? this.#doAll(operation, at) : this.#do(operation);
      this.#at = undefined;
      if (reply.type === 'refused') return reply;
      results.push(reply as OperationReply);
    }
    return { type: 'transact', passed, revision: this.revision, results };
  }

  #holds({ key, of, is, to }: Comparison): boolean {
    const entry = this.entryAt(key);
    if (of === 'value' && entry === undefined) return false;
    const order =
      of === 'value' ? Buffer.compare(entry?.value ?? key, to) : Math.sign((entry?.[of] ?? 0) - to);
    const [isEqual, isLess] = [order === 0, order < 0];
    return { '=': isEqual, '!=': !isEqual, '<': isLess, '>': !isEqual && !isLess }[is];
  }

  #advance(): void {
    this.revision = this.#at ?? this.revision + 1;
  }

  #set(key: Uint8Array, value: Uint8Array): void {
    this.#advance();
    const before = this.entryAt(key);
    const isAgain = before?.modRevision === this.revision;
    this.entries.set(nameOf(key), {
      value,
      createRevision: before?.createRevision ?? this.revision,
      modRevision: this.revision,
      version: (before?.version ?? 0) + (isAgain ? 0 : 1),
    });
  }
}

/** Counters are signed 64-bit integers. */
function isInRange(counter: bigint): boolean {
  return counter >= -(2n ** 63n) && counter < 2n ** 63n;
}
