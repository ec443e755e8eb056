/** A model of the whole state machine, as simple as possible: nothing is dropped, nothing is on disk. */
import type { Entry, Reply, Request, SessionId, Stamp } from '@paxkv/protocol';
import { type KeyCommand, plain } from './fixtures.ts';

interface Client {
  firstOutstanding: number;
  readonly done: Map<number, { readonly command: string; readonly reply: Reply }>;
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('hex');

export class Model {
  readonly entries = new Map<string, Entry>();
  readonly #clients = new Map<SessionId, Client>();
  revision = 0;

  apply({ command, stamp }: Request): Reply {
    if (command.type === 'openSession') {
      const session = this.#clients.size + 1;
      this.#clients.set(session, { firstOutstanding: 1, done: new Map() });
      return { type: 'openSession', session };
    }
    if (!('key' in command)) throw new TypeError('The model has no auth table.');
    return stamp === undefined ? this.#do(command) : this.#doOnce(command, stamp);
  }

  entryAt(key: Uint8Array): Entry | undefined {
    return this.entries.get(nameOf(key));
  }

  #doOnce(command: KeyCommand, { session, number, firstOutstanding }: Stamp): Reply {
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

  #do(command: KeyCommand): Reply {
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
        if (this.entries.delete(nameOf(command.key))) this.revision += 1;
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

  #set(key: Uint8Array, value: Uint8Array): void {
    this.revision += 1;
    const before = this.entryAt(key);
    this.entries.set(nameOf(key), {
      value,
      createRevision: before?.createRevision ?? this.revision,
      modRevision: this.revision,
      version: (before?.version ?? 0) + 1,
    });
  }
}

/** Counters are signed 64-bit integers. */
function isInRange(counter: bigint): boolean {
  return counter >= -(2n ** 63n) && counter < 2n ** 63n;
}
