/**
 * Session: the replies that one client may still request again. They form a window of request numbers, which
 * starts at the first outstanding one.
 */
import {
  clientNameLengthMax,
  type Row,
  replyToRow,
  type SessionId,
  sessionWindowMax,
  toCount,
  toRow,
  toText,
  writeReplyFromRow,
} from '@paxkv/protocol';
import { isOwnerText } from './opening.ts';
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

  /** @throws TypeError unless the row is that of a session that was used. */
  static fromRow(id: SessionId, row: Row): Session {
    const [client, lastUse, firstOutstanding, replies, owner] = row;
    const session = new Session(
      id,
      toClient(client),
      toOwner(id, owner),
      toCount(firstOutstanding, 1),
    );
    session.#lastUse = toCount(lastUse, 1);
    for (const cached of toRow(replies)) session.#restoreReply(toRow(cached));
    return session;
  }

  #restoreReply([numberField, digest, reply]: Row): void {
    const number = toCount(numberField, 1);
    // No more replies are taken than the window has numbers.
    if (!this.admits(number) || this.cachedReply(number) !== undefined) {
      throw new TypeError(`The session cannot have a reply to request ${number}.`);
    }
    this.cacheReply({ number, digest: toCount(digest), reply: writeReplyFromRow(toRow(reply)) });
  }
}

function toClient(field: unknown): string {
  const client = toText(field);
  if (client.length >= 1 && client.length <= clientNameLengthMax) return client;
  throw new TypeError('The name of the client has another length.');
}

/** Sessions with random ids have owners, and others have none. */
function toOwner(id: SessionId, field: unknown): string | undefined {
  const owner = field === undefined ? undefined : toText(field);
  if (typeof id === 'number' ? owner === undefined : owner !== undefined && isOwnerText(owner)) {
    return owner;
  }
  throw new TypeError('The session has no owner, or one that it cannot have.');
}
