/**
 * One store behind all servers of a test. It remembers replies by session as a server does, and it loses,
 * repeats and delays requests and replies.
 */
import { type SessionId, sessionWindowMax } from '@paxkv/protocol';
import type { SeededRandom } from '@paxkv/simulator';
import type { FakeClock } from '../fake-world.ts';
import type { Asked, Row } from './fake-servers.ts';

interface Session {
  readonly replies: Map<number, Row>;
  firstOutstanding: number;
}

const expired: Row = [-1, 'KV_SESSION_EXPIRED', 'unknown', 'no such session'];
const refused: Row = [-1, 'KV_REPLY_GONE', 'unknown', 'not among those that may await a reply'];
const errors: readonly Row[] = [
  [-1, 'KV_OVERLOADED', 'not done', 'full'],
  [-1, 'KV_UNAVAILABLE', 'not done', 'starting'],
];

export class LossyStore {
  /** What was appended, in order. */
  readonly appended: string[] = [];
  isLossy = true;
  readonly #clock: FakeClock;
  readonly #random: SeededRandom;
  readonly #sessions = new Map<SessionId, Session>();
  #sessionCount = 0;

  constructor(clock: FakeClock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Expires all open sessions. */
  expireSessions(): void {
    this.#sessions.clear();
  }

  /** Takes a request. The reply, if there is one, goes over its connection. */
  take(asked: Asked): undefined {
    if (!this.isLossy) {
      this.#deliver(asked, 1);
      return;
    }
    const kind = this.#random.next();
    if (kind < 0.1) return;
    if (kind < 0.15) asked.connection.reply(asked.id, this.#random.pick(errors));
    else if (kind < 0.2) this.#interrupt(asked);
    else this.#deliver(asked, kind < 0.4 ? 2 : 1);
  }

  /** The request takes effect or not, and the server does not know. */
  #interrupt(asked: Asked): void {
    asked.connection.reply(asked.id, [-1, 'KV_INTERRUPTED', 'unknown', 'stopped']);
    if (this.#random.chance(0.5)) this.#later(() => this.#apply(asked));
  }

  /**
   * Copies arrive at different times, the last perhaps long after the reply. A server applies one log in
   * order, so it replies to the first copy.
   */
  #deliver(asked: Asked, copies: number): void {
    let isFirst = true;
    for (let copy = 0; copy < copies; copy += 1) {
      this.#later(() => {
        const row = this.#apply(asked);
        const isAnswered = isFirst && !(this.isLossy && this.#random.chance(0.1));
        isFirst = false;
        if (!isAnswered) return;
        this.#later(() => asked.connection.reply(asked.id, row));
      });
    }
  }

  #later(callback: () => void): void {
    const isLate = this.isLossy && this.#random.chance(0.1);
    const delayMs = this.#random.between(0, isLate ? 4_000 : 20);
    this.#clock.at(this.#clock.now() + delayMs, callback);
  }

  #apply({ request: { command, stamp } }: Asked): Row {
    if (command.type === 'openSession') return this.#openSession();
    if (command.type !== 'append' || stamp === undefined) return [0];
    const session = this.#sessions.get(stamp.session);
    if (session === undefined) return expired;
    const known = session.replies.get(stamp.number);
    if (known !== undefined) return known;
    if (stamp.number < session.firstOutstanding) return refused;
    if (stamp.number >= session.firstOutstanding + sessionWindowMax) return refused;
    session.firstOutstanding = Math.max(session.firstOutstanding, stamp.firstOutstanding);
    for (const number of session.replies.keys()) {
      if (number < session.firstOutstanding) session.replies.delete(number);
    }
    this.appended.push(Buffer.from(command.value).toString());
    const reply = [2, this.appended.length, 1];
    session.replies.set(stamp.number, reply);
    return reply;
  }

  #openSession(): Row {
    this.#sessionCount += 1;
    this.#sessions.set(this.#sessionCount, { replies: new Map(), firstOutstanding: 1 });
    return [4, this.#sessionCount];
  }
}
