/**
 * Session: the replies that one client may still request again. They form a window of request numbers, which
 * starts at the first outstanding one.
 */
import {
  type Row,
  replyToRow,
  type SessionId,
  sessionWindowMax,
  toCount,
  toRow,
  toText,
  writeReplyFromRow,
} from '@paxkv/protocol';
import { type CachedReply, ReplyCache } from './reply-cache.ts';

export class Session {
  readonly id: SessionId;
  /** The name the client gave itself. */
  readonly client: string;
  /** The owner; `undefined` for the sessions of feature level 1. */
  readonly owner: string | undefined;
  #lastUse = 0;
  #firstOutstanding: number;
  readonly #replies = new ReplyCache();

  /** `firstOutstanding`: the lowest request number whose reply the client still awaits. */
  constructor(id: SessionId, client: string, owner?: string, firstOutstanding = 1) {
    this.id = id;
    this.client = client;
    this.owner = owner;
    this.#firstOutstanding = firstOutstanding;
  }

  /** The number of the last use of this session, counted over all sessions. */
  get lastUse(): number {
    return this.#lastUse;
  }

  get cachedReplyCount(): number {
    return this.#replies.size;
  }

  /** About how many bytes its replies take. */
  get cachedReplyBytes(): number {
    return this.#replies.bytes;
  }

  /** Records a use. `use` is higher than that of any earlier use of any session. */
  touch(use: number): void {
    this.#lastUse = use;
  }

  /** The client no longer awaits replies below `number`. A number that is not above the current one has no effect. */
  raise(number: number): void {
    if (number <= this.#firstOutstanding) return;
    this.#firstOutstanding = number;
    this.#replies.deleteBelow(number);
  }

  /**
   * Whether a request of this number may take effect. Below the window the session may have dropped the reply
   * to an earlier delivery, so the request could take effect twice.
   */
  admits(number: number): boolean {
    return number >= this.#firstOutstanding && number < this.#firstOutstanding + sessionWindowMax;
  }

  cachedReply(number: number): CachedReply | undefined {
    return this.#replies.get(number);
  }

  cacheReply(cached: CachedReply): void {
    this.#replies.add(cached);
  }

  /** Drops the replies of the lowest numbers until the others take `bytesMax`: those numbers are over. */
  limitReplies(bytesMax: number): void {
    while (this.#replies.bytes > bytesMax) {
      this.raise((this.#replies.lowest ?? this.#firstOutstanding) + 1);
    }
  }

  toRow(): Row {
    const replies = [...this.#replies].map(({ number, digest, reply }) => [
      number,
      digest,
      replyToRow(reply),
    ]);
    const row = [this.client, this.#lastUse, this.#firstOutstanding, replies];
    return this.owner === undefined ? row : [...row, this.owner];
  }

  /** @throws TypeError */
  static fromRow(id: SessionId, row: Row): Session {
    const [client, lastUse, firstOutstanding, replies, ownerField] = row;
    const owner = ownerField === undefined ? undefined : toText(ownerField);
    const session = new Session(id, toText(client), owner, toCount(firstOutstanding, 1));
    session.#lastUse = toCount(lastUse);
    for (const cached of toRow(replies)) {
      const [number, digest, reply] = toRow(cached);
      session.cacheReply({
        number: toCount(number, 1),
        digest: toCount(digest),
        reply: writeReplyFromRow(toRow(reply)),
      });
    }
    return session;
  }
}
