/**
 * Where writes get their numbers: in one line, bounded, in the order of the calls. It opens a session
 * when somebody stands in line and there is none, once for all who wait.
 */
import { KvError } from '@paxkv/protocol';
import type { Clock } from '../environment.ts';
import { Tally } from '../retry/attempts-outcome.ts';
import { Patience } from '../retry/call-deadline.ts';
import type { Deadlines } from '../retry/deadlines.ts';
import type { Retry } from '../retry/retry.ts';
import { type Place, Session } from './session.ts';
import { Waiter } from './waiter.ts';

/** Writes that may wait for a session or for their turn. */
export const waitingRequestsMax = 16_384;

interface Opening {
  readonly patience: Patience;
  readonly tally: Tally;
}

/** By what the entrance tells time, and how it asks servers. */
export interface EntranceParts {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly retry: Retry;
}

export class Entrance {
  readonly #clientName: string;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #retry: Retry;
  readonly #line = new Set<Waiter>();
  #session: Session | undefined;
  #opening: Opening | undefined;

  constructor(clientName: string, { clock, deadlines, retry }: EntranceParts) {
    this.#clientName = clientName;
    this.#clock = clock;
    this.#deadlines = deadlines;
    this.#retry = retry;
  }

  /** A place at once, if there is one and nobody stands in line for it. */
  tryEnter(): Place | undefined {
    const session = this.#session;
    return session?.hasRoom && this.#line.size === 0 ? session.begin() : undefined;
  }

  /** Waits for a place. @throws KvError whose outcome is "not done". */
  async enter(patience: Patience): Promise<Place> {
    if (this.#line.size >= waitingRequestsMax) {
      throw new KvError(
        'KV_OVERLOADED',
        `${waitingRequestsMax} writes of this client wait already`,
      );
    }
    const waiter = new Waiter(patience.due);
    this.#line.add(waiter);
    this.#deadlines.add(waiter);
    patience.spendOn(waiter);
    this.#advance();
    try {
      const place = await waiter.turn;
      if (place === undefined) {
        throw this.#giveUp(waiter, patience);
      }
      return place;
    } finally {
      this.#deadlines.delete(waiter);
    }
  }

  leave(place: Place): void {
    place.leave();
    if (this.#line.size > 0) {
      this.#advance();
    }
  }

  /** The servers do not know `session` any more: the next write opens another. */
  expire(session: number): void {
    if (this.#session?.id === session) {
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
      waiter.admit(session.begin());
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
      const request = { command: { type: 'openSession', client: this.#clientName } } as const;
      const reply = await this.#retry.pursue(request, opening);
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
