/**
 * One client's memory of what was done for it: the replies it may still ask for again.
 * It is a window over the request numbers, from the first outstanding one on.
 */
import {
  type Row,
  replyToRow,
  sessionWindowMax,
  toCount,
  toRow,
  toText,
  writeReplyFromRow,
} from '@paxkv/protocol';
import { type CachedReply, ReplyCache } from './reply-cache.ts';

export class Session {
  readonly id: number;
  /** The name the client gave itself. */
  readonly client: string;
  #lastUse = 0;
  #firstOutstanding: number;
  readonly #deeds = new ReplyCache();

  /** `firstOutstanding`: the lowest request number whose reply its client still awaits. */
  constructor(id: number, client: string, firstOutstanding = 1) {
    this.id = id;
    this.client = client;
    this.#firstOutstanding = firstOutstanding;
  }

  /** When the session was last used, counted in uses of any session. */
  get lastUse(): number {
    return this.#lastUse;
  }

  get cachedReplyCount(): number {
    return this.#deeds.size;
  }

  /** Marks the session as used now: `use` is higher than any before, of any session. */
  touch(use: number): void {
    this.#lastUse = use;
  }

  /** The client awaits nothing below `number` any more. Hearing so late, after a higher number, changes nothing. */
  raise(number: number): void {
    if (number <= this.#firstOutstanding) return;
    this.#firstOutstanding = number;
    this.#deeds.deleteBelow(number);
  }

  /**
   * Whether a request of this number may be done. Below the window it is an old echo: its reply, if it
   * had one, is gone, so doing it might do it twice.
   */
  admits(number: number): boolean {
    return number >= this.#firstOutstanding && number < this.#firstOutstanding + sessionWindowMax;
  }

  cachedReply(number: number): CachedReply | undefined {
    return this.#deeds.get(number);
  }

  cacheReply(deed: CachedReply): void {
    this.#deeds.add(deed);
  }

  toRow(): Row {
    const deeds = [...this.#deeds].map(({ number, digest, reply }) => [
      number,
      digest,
      replyToRow(reply),
    ]);
    return [this.client, this.#lastUse, this.#firstOutstanding, deeds];
  }

  /** @throws TypeError */
  static fromRow(id: number, [client, lastUse, firstOutstanding, deeds]: Row): Session {
    const session = new Session(id, toText(client), toCount(firstOutstanding, 1));
    session.#lastUse = toCount(lastUse);
    for (const deed of toRow(deeds)) {
      const [number, digest, reply] = toRow(deed);
      session.cacheReply({
        number: toCount(number, 1),
        digest: toCount(digest),
        reply: writeReplyFromRow(toRow(reply)),
      });
    }
    return session;
  }
}
