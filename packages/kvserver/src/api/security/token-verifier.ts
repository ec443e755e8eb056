/**
 * Verifies bearer tokens against their hashes. Hashing runs off the main thread, one token at a time, and tokens
 * verified recently are recognized without it.
 * Rules: an unknown token takes as long as a wrong one; a token is refused only by a table that reflects every change
 * acknowledged before the request came; and no token is kept, only its keyed hash.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type AuthTable,
  KvError,
  type Principal,
  parseToken,
  type Token,
  type TokenHash,
} from '@paxkv/protocol';
import type { AttemptLimit } from './attempt-limit.ts';
import { hashSecret, tokenCost } from './token-hash.ts';
import { Turn } from './turn.ts';

export interface TokenVerifierOptions {
  /** The table as this server knows it. */
  readonly table: () => AuthTable;
  /** Resolves when the table reflects every change that was acknowledged before the call. */
  readonly refresh: () => Promise<void>;
  readonly limit: AttemptLimit;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Tokens that are recognized without hashing. */
const verifiedCountMax = 1000;
/** Tokens that may wait for their turn. */
const waitingCountMax = 64;

/** Takes the place of what an unknown token lacks. */
const nobody: Pick<TokenHash, 'salt' | 'hash' | 'cost'> = {
  salt: randomBytes(16),
  hash: randomBytes(32),
  cost: tokenCost,
};

export class TokenVerifier {
  readonly #options: TokenVerifierOptions;
  /** This process alone has it, so what is remembered of a token is of no use elsewhere. */
  readonly #key = randomBytes(32);
  /** The hash that each token was verified against, by the keyed hash of the token. The oldest first. */
  readonly #verified = new Map<string, TokenHash>();
  /** The tokens that are being verified, each by its keyed hash and its source. */
  readonly #running = new Map<string, Promise<TokenHash | undefined>>();
  /** Unknown tokens have a turn of their own, so that they do not delay the others. */
  readonly #known = new Turn(waitingCountMax);
  readonly #unknown = new Turn(waitingCountMax);

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  /**
   * The user of the token. `address`: where the request came from.
   *
   * @throws KvError `KV_UNAUTHENTICATED`, `KV_TOO_MANY_ATTEMPTS`, `KV_OVERLOADED`, and for a token that this server
   * does not know the errors of a read, such as `KV_UNAVAILABLE`
   */
  async verify(text: string, address: string): Promise<Principal> {
    const token = parseToken(text);
    const source = this.#sourceOf(token, address);
    if (token !== undefined) {
      const found = this.#recall(text, token);
      if (found !== undefined) return found;
    }
    const name = this.#nameOf(text);
    const running = this.#running.get(`${name} ${source}`);
    // One that began before this request may rest on a table from before it.
    const known = (await running) ?? (await this.#share(name, token, source));
    if (known === undefined) {
      throw new KvError('KV_UNAUTHENTICATED', 'The token is wrong, unknown or expired.');
    }
    return { user: known.user, token: known.id };
  }

  /** Verifies a token once for all requests of a source that have it meanwhile, as one attempt. */
  #share(name: string, token: Token | undefined, source: string): Promise<TokenHash | undefined> {
    return this.#running.get(`${name} ${source}`) ?? this.#try(name, token, source);
  }

  #try(name: string, token: Token | undefined, source: string): Promise<TokenHash | undefined> {
    this.#expectAttempts(source);
    this.#options.limit.onBegun(source);
    const key = `${name} ${source}`;
    const running = this.#verifyNow(name, token, source).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #verifyNow(
    name: string,
    token: Token | undefined,
    source: string,
  ): Promise<TokenHash | undefined> {
    let isWrong = false;
    try {
      const before = token && this.#find(token.id);
      let known = await this.#match(token);
      // It counts too if the table cannot be refreshed, so that a lost quorum is no way past the limit.
      isWrong = known === undefined;
      known ??= await this.#matchAgain(token, before);
      isWrong = known === undefined;
      if (known !== undefined) this.#remember(name, known);
      return known;
    } finally {
      if (!isWrong) this.#options.limit.giveBack(source);
    }
  }

  /** An attacker who does not know the id of a token cannot keep its user out, even from the same address. */
  #sourceOf(token: Token | undefined, address: string): string {
    const known = token && this.#find(token.id);
    return known === undefined ? address : `${address} ${known.id}`;
  }

  #expectAttempts(source: string): void {
    const seconds = this.#options.limit.waitSeconds(source);
    if (seconds === 0) return;
    throw new KvError('KV_TOO_MANY_ATTEMPTS', `Too many wrong tokens; retry after ${seconds} s.`, {
      retryAfterMs: seconds * 1000,
    });
  }

  /**
   * The table may have changed on another server a moment ago, or here while the token waited for its turn.
   *
   * @throws the error of a read if the table is not certain
   */
  async #matchAgain(
    token: Token | undefined,
    before: TokenHash | undefined,
  ): Promise<TokenHash | undefined> {
    await this.#options.refresh();
    return token && this.#find(token.id) !== before ? this.#match(token) : undefined;
  }

  async #match(token: Token | undefined): Promise<TokenHash | undefined> {
    const known = token && this.#find(token.id);
    const { salt, hash, cost } = known ?? nobody;
    const turn = known === undefined ? this.#unknown : this.#known;
    const computed = await turn.take(() => hashSecret(token?.secret ?? '', salt, cost));
    const isSame = timingSafeEqual(computed, hash);
    return isSame && known !== undefined && this.#isCurrent(known) ? known : undefined;
  }

  #find(id: string): TokenHash | undefined {
    return this.#options.table().tokens.find((known) => known.id === id);
  }

  #isCurrent({ expires }: TokenHash): boolean {
    return expires === 0 || expires > this.#options.now();
  }

  #recall(text: string, { id }: Token): Principal | undefined {
    const verified = this.#verified.get(this.#nameOf(text));
    const known = this.#find(id);
    if (verified === undefined || known === undefined || !this.#isCurrent(known)) return undefined;
    // A token that was deleted and made again under the same id has another hash.
    const isSame = Buffer.compare(verified.hash, known.hash) === 0 && verified.user === known.user;
    return isSame ? { user: known.user, token: known.id } : undefined;
  }

  #remember(name: string, known: TokenHash): void {
    this.#verified.set(name, known);
    if (this.#verified.size <= verifiedCountMax) return;
    for (const oldest of this.#verified.keys()) {
      this.#verified.delete(oldest);
      return;
    }
  }

  #nameOf(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64');
  }
}
