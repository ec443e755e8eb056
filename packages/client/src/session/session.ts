/**
 * The numbers of one session. Each request gets the next one and never another's; the first outstanding
 * number lets the server forget the replies below it.
 */
import { type Stamp, sessionWindowMax } from '@paxkv/protocol';

export class Session {
  readonly id: number;
  #next = 1;
  /** No number below it is awaited. It may lag behind the lowest that is. */
  #lowest = 1;
  /** 1 for each number that is awaited. The window is as long as the ring, so no two share a cell. */
  readonly #awaited = new Uint8Array(sessionWindowMax);

  /** `id` as a server gave it. */
  constructor(id: number) {
    this.id = id;
  }

  /** Whether another request may begin: the server refuses numbers too far above the first outstanding number. */
  get hasRoom(): boolean {
    return this.#next - this.firstOutstanding < sessionWindowMax;
  }

  /** The next number if none is awaited. */
  get firstOutstanding(): number {
    while (this.#lowest < this.#next && this.#awaited[this.#lowest % sessionWindowMax] === 0) {
      this.#lowest += 1;
    }
    return this.#lowest;
  }

  /** Takes a number for a new request. Only while there is room. */
  begin(): Place {
    const number = this.#next;
    this.#next += 1;
    this.#awaited[number % sessionWindowMax] = 1;
    return new Place(this, number);
  }

  /** To be called once for each number that was begun. */
  end(number: number): void {
    this.#awaited[number % sessionWindowMax] = 0;
  }
}

/**
 * A number in a session, kept as long as its reply is awaited. It is the stamp of its request as well, and
 * as such always that of the moment.
 */
export class Place implements Stamp {
  readonly #session: Session;
  readonly #number: number;

  constructor(session: Session, number: number) {
    this.#session = session;
    this.#number = number;
  }

  /** The id of its session. */
  get session(): number {
    return this.#session.id;
  }

  get number(): number {
    return this.#number;
  }

  /** May rise between two attempts of the request. */
  get firstOutstanding(): number {
    return this.#session.firstOutstanding;
  }

  /**
   * The reply has come or is no longer awaited. The number is not used again: a copy that the network
   * delivers later is then below the first outstanding number, and the server refuses it.
   */
  leave(): void {
    this.#session.end(this.#number);
  }
}
