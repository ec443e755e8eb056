/** Calls that are open: requests that were delivered and whose answers will travel on the same call. */
import type { Envelope, Message, PeerId } from '@paxkv/paxos';
import type { SimTransport } from './sim-transport.ts';

/** The most open calls. Beyond this the oldest are dropped, since a peer may leave requests unanswered. */
const callCountMax = 10_000;

export interface OpenCall<V> {
  readonly caller: SimTransport<V>;
  readonly request: Envelope<V>;
  readonly isAnswerLost: boolean;
}

export class OpenCalls<V> {
  /** The open calls by link and subject of the request, in the order in which they were opened. */
  readonly #calls = new Map<string, OpenCall<V>[]>();

  open(call: OpenCall<V>): void {
    const { from, to, message } = call.request;
    const key = keyOf(from, to, message);
    this.#calls.set(key, [...(this.#calls.get(key) ?? []), call]);
    for (const oldest of this.#calls.keys()) {
      if (this.#calls.size <= callCountMax) break;
      this.#calls.delete(oldest);
    }
  }

  /** Closes the oldest call that this message may answer, and returns it. */
  take(answer: Envelope<V>): OpenCall<V> | undefined {
    const key = keyOf(answer.to, answer.from, answer.message);
    const calls = this.#calls.get(key) ?? [];
    const taken = calls.find((call) => isAnswerTo(answer.message, call.request.message));
    this.#keep(
      key,
      calls.filter((call) => call !== taken),
    );
    return taken;
  }

  /** Closes all calls that this peer was to answer, and returns them. */
  takeServedBy(server: PeerId): OpenCall<V>[] {
    return this.#takeAll((call) => call.request.to === server);
  }

  /** Closes all calls of this peer: no answer to them is delivered any more. */
  closeMadeBy(caller: SimTransport<V>): void {
    this.#takeAll((call) => call.caller === caller);
  }

  #takeAll(isTaken: (call: OpenCall<V>) => boolean): OpenCall<V>[] {
    const taken: OpenCall<V>[] = [];
    for (const [key, calls] of this.#calls) {
      taken.push(...calls.filter(isTaken));
      this.#keep(
        key,
        calls.filter((call) => !isTaken(call)),
      );
    }
    return taken;
  }

  #keep(key: string, calls: OpenCall<V>[]): void {
    if (calls.length > 0) this.#calls.set(key, calls);
    else this.#calls.delete(key);
  }
}

function keyOf(caller: PeerId, server: PeerId, message: Message<unknown>): string {
  return `${caller}>${server}#${'seq' in message ? message.seq : 'group'}`;
}

function isAnswerTo<V>(answer: Message<V>, request: Message<V>): boolean {
  switch (answer.type) {
    case 'promised':
      return request.type === 'prepare' && hasBallotOf(answer, request);
    case 'accepted':
      return request.type === 'accept' && hasBallotOf(answer, request);
    case 'rejected':
      return (
        (request.type === 'prepare' || request.type === 'accept') && hasBallotOf(answer, request)
      );
    case 'admitted':
    case 'staleIncarnation':
      return request.type === 'admit' && request.attempt === answer.attempt;
    case 'readIndexReply':
      return request.type === 'readIndex' && request.id === answer.id;
    case 'preVoteGranted':
      return request.type === 'preVote' && request.id === answer.id;
    case 'logPromised':
      return request.type === 'prepareLog' && hasBallotOf(answer, request);
    case 'heartbeatAck':
      return request.type === 'heartbeat' && hasBallotOf(answer, request);
    case 'logRejected':
      return (
        (request.type === 'prepareLog' || request.type === 'heartbeat') &&
        hasBallotOf(answer, request)
      );
    default:
      return answer.type === 'learned' || answer.type === 'forgotten';
  }
}

interface Balloted {
  readonly ballot: { readonly round: number; readonly peer: PeerId };
}

function hasBallotOf(answer: Balloted, request: Balloted): boolean {
  return answer.ballot.round === request.ballot.round && answer.ballot.peer === request.ballot.peer;
}
