/**
 * One client's memory of what was done for it: the replies it may still ask for again.
 * It is a window over the request numbers, from the lowest still awaited on.
 */
import { sessionWindowMax } from '@paxkv/client/protocol';
import { type Row, toCount, toRow, toText } from './rows/packed.ts';
import { fromReply, toWriteReply, type WriteReply } from './rows/reply-row.ts';

/** What was done under a request number. */
export interface Deed {
  /** Of the command, so that another command under the same number is told apart. */
  readonly digest: number;
  readonly reply: WriteReply;
}

export class Session {
  readonly id: number;
  /** The name the client gave itself. */
  readonly client: string;
  #lastUse = 0;
  #lowestAwaited = 1;
  /** In the order done. */
  readonly #deeds = new Map<number, Deed>();

  constructor(id: number, client: string) {
    this.id = id;
    this.client = client;
  }

  /** When the session was last used, counted in uses of any session. */
  get lastUse(): number {
    return this.#lastUse;
  }

  get deedCount(): number {
    return this.#deeds.size;
  }

  /** Marks the session as used now: `use` is higher than any before, of any session. */
  touch(use: number): void {
    this.#lastUse = use;
  }

  /** The client awaits nothing below `number` any more. Hearing so late, after a higher number, changes nothing. */
  raise(number: number): void {
    const before = this.#lowestAwaited;
    if (number <= before) return;
    this.#lowestAwaited = number;
    const end = Math.min(number, before + sessionWindowMax);
    for (let done = before; done < end; done += 1) this.#deeds.delete(done);
  }

  /**
   * Whether a request of this number may be done. Below the window it is an old echo: its reply, if it
   * had one, is gone, so doing it might do it twice.
   */
  admits(number: number): boolean {
    return number >= this.#lowestAwaited && number < this.#lowestAwaited + sessionWindowMax;
  }

  recall(number: number): Deed | undefined {
    return this.#deeds.get(number);
  }

  remember(number: number, deed: Deed): void {
    this.#deeds.set(number, deed);
  }

  toRow(): Row {
    const deeds = [...this.#deeds].map(([number, { digest, reply }]) => [
      number,
      digest,
      fromReply(reply),
    ]);
    return [this.client, this.#lastUse, this.#lowestAwaited, deeds];
  }

  /** @throws TypeError */
  static fromRow(id: number, [client, lastUse, lowestAwaited, deeds]: Row): Session {
    const session = new Session(id, toText(client));
    session.#lastUse = toCount(lastUse);
    session.#lowestAwaited = toCount(lowestAwaited, 1);
    for (const deed of toRow(deeds)) {
      const [number, digest, reply] = toRow(deed);
      session.remember(toCount(number, 1), {
        digest: toCount(digest),
        reply: toWriteReply(toRow(reply)),
      });
    }
    return session;
  }
}
