/**
 * From what clients ask to what was decided, request by request. It guards that nothing is decided that
 * nobody asked for, and that nothing is acknowledged that was not decided.
 */
import type { Answer, Message } from '@paxkv/client';
import { decodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import type { Command, Request } from '@paxkv/protocol';
import { paths, type StampJson } from '@paxkv/protocol';
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';

type Bytes = Uint8Array;

/** Of a write as a client sends it. */
interface WriteBody {
  readonly key: string;
  readonly value?: string;
  readonly session?: StampJson;
}

export class Deeds implements Witness {
  readonly #verdict: Verdict;
  readonly #asked = new Set<string>();
  /** Instances in which each stamped request was decided. */
  readonly #seqs = new Map<string, number[]>();
  readonly #values = new Set<string>();

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  /** Requests that were decided more than once. */
  get repeatCount(): number {
    return [...this.#seqs.values()].filter((seqs) => seqs.length > 1).length;
  }

  /** Whether a write of this value was ever decided. */
  wasDecided(value: string): boolean {
    return this.#values.has(value);
  }

  onAsked(_client: number, _node: number, message: Message): void {
    this.#asked.add(nameOfMessage(message));
  }

  /** To be told of each instance once, when a quorum has voted. */
  onDecided(seq: number, value: Bytes): void {
    for (const request of decodeBatch(value).requests) {
      const name = nameOfRequest(request);
      this.#verdict.check(
        this.#asked.has(name) || this.#isOfServer(request),
        'only what a client asked for is decided',
        () => `${name} in ${seq}`,
      );
      if ('value' in request.command) this.#values.add(toText(request.command.value));
      if (request.stamp === undefined) continue;
      const { session, number } = request.stamp;
      const key = `${session}.${number}`;
      const seqs = this.#seqs.get(key);
      if (seqs === undefined) this.#seqs.set(key, [seq]);
      else seqs.push(seq);
    }
  }

  /** A server opens a session of its own, and stamps with it what came without a stamp. */
  #isOfServer({ command, stamp }: Request): boolean {
    if (command.type === 'openSession') return /^node \d+$/.test(command.client);
    return stamp !== undefined && this.#asked.has(nameOfRequest({ command }));
  }

  onAnswered(node: number, message: Message, { status }: Answer): void {
    const { session } = bodyOf(message);
    if (session === undefined || status !== 200) return;
    const seqs = this.#seqs.get(`${session.id}.${session.number}`) ?? [];
    this.#verdict.check(
      seqs.length > 0,
      'only what a quorum voted for is acknowledged',
      () => `node ${node} acknowledged ${nameOfMessage(message)}, which is not decided`,
    );
  }
}

const pathOf: Readonly<Record<Command['type'], string>> = {
  get: paths.get,
  put: paths.put,
  append: paths.append,
  delete: paths.delete,
  openSession: paths.openSession,
};

function nameOfRequest({ command, stamp }: Request): string {
  const path = pathOf[command.type];
  if (command.type === 'openSession') return path;
  const value = 'value' in command ? toText(command.value) : '';
  const suffix = stamp === undefined ? '' : ` as ${stamp.session}.${stamp.number}`;
  return `${path} ${toText(command.key)} ${value}${suffix}`;
}

function nameOfMessage(message: Message): string {
  if (message.path === paths.openSession) return message.path;
  const { key, value = '', session } = bodyOf(message);
  const suffix = session === undefined ? '' : ` as ${session.id}.${session.number}`;
  return `${message.path} ${fromBase64(key)} ${fromBase64(value)}${suffix}`;
}

function bodyOf({ body }: Message): WriteBody {
  return { key: '', ...body };
}

function toText(bytes: Bytes): string {
  return Buffer.from(bytes).toString();
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
