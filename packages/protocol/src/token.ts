/** The form of a bearer token: `paxkv_` with its public id and its secret. */

export interface Token {
  /** 16 characters; names the token in the auth table. */
  readonly id: string;
  /** 43 characters: 256 random bits in base64url. */
  readonly secret: string;
}

/** `paxkv_<id>.<secret>` */
export function tokenToText({ id, secret }: Token): string {
  return `paxkv_${id}.${secret}`;
}

/** `undefined` unless `text` has the form of a token. */
export function parseToken(text: string): Token | undefined {
  const [, id, secret] = /^paxkv_([\w-]{16})\.([\w-]{43})$/.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}
