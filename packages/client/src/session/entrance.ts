/**
 * Where writes get their numbers: in one line, bounded, in the order of the calls. It opens a session
 * when somebody stands in line and there is none, once for all who wait.
 */
import type { Clock } from '../environment.ts';
import { KvError } from '../errors.ts';
import { Patience, patienceEnded } from '../retry/patience.ts';
import type { Retry } from '../retry/retry.ts';
import { Tally } from '../retry/tally.ts';
import { toOpenSession } from '../wire/calls.ts';
import { Session } from './session.ts';
import { type Place, Waiter } from './waiter.ts';

/** Writes that may wait for a session or for their turn. */
export const waitingRequestsMax = 16_384;

interface Opening {
  readonly patience: Patience;
  readonly tally: Tally;
}

export class Entrance {
  readonly #clientName: string;
  readonly #clock: Clock;
  readonly #retry: Retry;
  readonly #line = new Set<Waiter>();
  #session: Session | undefined;
  #opening: Opening | undefined;

  constructor(clientName: string, clock: Clock, retry: Retry) {
    this.#clientName = clientName;
    this.#clock = clock;
    this.#retry = retry;
  }

  /** @throws KvError whose outcome is "not done". */
  async enter(patience: Patience): Promise<Place> {
    if (this.#line.size >= waitingRequestsMax) {
      throw new KvError(
        'KV_OVERLOADED',
        `${waitingRequestsMax} writes of this client wait already`,
      );
    }
    const waiter = new Waiter();
    this.#line.add(waiter);
    this.#advance();
    const place = await patience.within(waiter.turn);
    if (place === patienceEnded) {
      throw this.#giveUp(waiter, patience);
    }
    return place;
  }

  leave({ session, number }: Place): void {
    session.end(number);
    this.#advance();
  }

  /** The servers do not know `session` any more: the next write opens another. */
  expire(session: Session): void {
    if (this.#session === session) {
      this.#session = undefined;
      this.#advance();
    }
  }

  #advance(): void {
    const session = this.#session;
    if (session === undefined) {
      this.#openIfAwaited();
      return;
    }
    for (const waiter of this.#line) {
      if (!session.hasRoom) {
        return;
      }
      this.#line.delete(waiter);
      waiter.admit({ session, number: session.begin() });
    }
  }

  #openIfAwaited(): void {
    if (this.#line.size > 0 && this.#opening === undefined) {
      // The opening outlives whoever came first: it ends when the line is empty.
      const patience = new Patience(this.#clock, { timeoutMs: Number.POSITIVE_INFINITY });
      this.#opening = { patience, tally: new Tally('opening a session') };
      void this.#open(this.#opening);
    }
  }

  /** Never rejects: a failure goes to those in line. */
  async #open(opening: Opening): Promise<void> {
    try {
      const toCall = () => toOpenSession(this.#clientName);
      const reply = await this.#retry.pursue({ toCall, ...opening });
      if (this.#opening === opening) {
        this.#opening = undefined;
        this.#session = new Session(reply.session);
        this.#advance();
      }
    } catch (error) {
      if (this.#opening === opening) {
        this.#opening = undefined;
        this.#refuseAll(error);
      }
    }
  }

  #refuseAll(error: unknown): void {
    for (const waiter of this.#line) {
      waiter.refuse(error instanceof KvError ? notSent(error) : error);
    }
    this.#line.clear();
  }

  #giveUp(waiter: Waiter, patience: Patience): KvError {
    const tally = this.#opening?.tally;
    this.#line.delete(waiter);
    if (waiter.place !== undefined) {
      this.leave(waiter.place);
    }
    if (this.#line.size === 0) {
      this.#opening?.patience.abort();
      this.#opening = undefined;
    }
    if (tally === undefined && patience.end === 'deadline') {
      return new KvError('KV_OVERLOADED', 'too many writes of this client are under way');
    }
    return notSent((tally ?? new Tally('write')).verdict(patience));
  }
}

/** Without a session the write itself never left. */
function notSent(error: KvError): KvError {
  const message = `The write was not sent, for want of a session. ${error.message}`;
  return new KvError(error.code, message, { cause: error.cause, outcome: 'not done' });
}
