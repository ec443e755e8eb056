/**
 * Reply audit: follows each request from its client to its decision and its reply. Nothing is decided
 * that no client requested, and nothing is acknowledged that was not decided.
 */
import type { Answer, Message } from '@paxkv/client';
import { decodeBatch } from '@paxkv/kvserver/internal/state-machine/batch';
import {
  type ErrorReply,
  paths,
  type Request,
  requestToJson,
  type StampJson,
} from '@paxkv/protocol';
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';

type Bytes = Uint8Array;

export class ReplyAudit implements Witness {
  readonly #verdict: Verdict;
  readonly #requested = new Set<string>();
  /** Instances in which each stamped request was decided. */
  readonly #seqs = new Map<string, number[]>();
  readonly #values = new Set<string>();
  /** Those of requests that a server refused at their place in the log. */
  readonly #refusedValues = new Set<string>();

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  /** Requests that were decided more than once. */
  get repeatCount(): number {
    return [...this.#seqs.values()].filter((seqs) => seqs.length > 1).length;
  }

  /** Whether a write of this value was ever decided, and not refused for its session, which had expired. */
  wasDecided(value: string): boolean {
    return this.#values.has(value) && !this.#refusedValues.has(value);
  }

  onAsked(_client: number, _node: number, message: Message): void {
    this.#requested.add(nameOfMessage(message));
  }

  /** Called for each instance once, when a quorum has voted. */
  onDecided(seq: number, value: Bytes): void {
    for (const request of decodeBatch(value).requests) {
      const name = nameOfRequest(request);
      this.#verdict.check(
        this.#requested.has(name) || this.#isOfServer(request),
        'only what a client requested is decided',
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

  /** A server opens one session for itself, and uses it for requests without a stamp. */
  #isOfServer({ command, stamp }: Request): boolean {
    if (command.type === 'openSession') return /^node \d+$/.test(command.client);
    return stamp !== undefined && this.#requested.has(nameOfRequest({ command }));
  }

  onAnswered(node: number, message: Message, { status, body }: Answer): void {
    const { session } = partsOf(message);
    const { error } = body as Partial<ErrorReply>;
    const { value }: { value?: string } = message.body ?? {};
    if (error?.code === 'KV_SESSION_EXPIRED' && value !== undefined) {
      this.#refusedValues.add(toText(Buffer.from(value, 'base64')));
    }
    if (session === undefined || status !== 200) return;
    const seqs = this.#seqs.get(`${session.id}.${session.number}`) ?? [];
    this.#verdict.check(
      seqs.length > 0,
      'only what a quorum voted for is acknowledged',
      () => `node ${node} acknowledged ${nameOfMessage(message)}, which is not decided`,
    );
  }
}

function nameOfRequest({ command, stamp }: Request): string {
  const message = { path: paths[command.type], body: requestToJson({ command }) };
  const suffix = stamp === undefined ? '' : ` as ${stamp.session}.${stamp.number}`;
  return `${nameOfMessage(message)}${suffix}`;
}

/** The path, the body and the stamp of a request, without the client name of an opened session. */
function nameOfMessage(message: Message): string {
  if (message.path === paths.openSession) return message.path;
  const { session, content } = partsOf(message);
  const suffix = session === undefined ? '' : ` as ${session.id}.${session.number}`;
  return `${message.path} ${JSON.stringify(content)}${suffix}`;
}

function partsOf({ body }: Message): { session: StampJson | undefined; content: object } {
  const { session, ...content }: { session?: StampJson } = body ?? {};
  return { session, content };
}

function toText(bytes: Bytes): string {
  return Buffer.from(bytes).toString();
}
