/** Makes a token. Its secret is shown once; the cluster gets only a salted hash of it. */
import { randomBytes, scrypt } from 'node:crypto';
import { type TokenHash, tokenToText } from '@paxkv/protocol';

/** N = 2¹²: more would protect a password, but nobody finds 256 random bits by trying. */
const cost = 12;
const blockSize = 8;
const hashBytes = 32;

export interface NewToken {
  /** To be kept by the user; nothing else has it. */
  readonly text: string;
  readonly hash: TokenHash;
}

/** `expires`: milliseconds since 1970, or 0. */
export async function makeToken(user: string, expires: number): Promise<NewToken> {
  const id = newTokenId();
  const secret = randomBytes(32).toString('base64url');
  const salt = randomBytes(16);
  const hash = await hashOf(secret, salt);
  return { text: tokenToText({ id, secret }), hash: { id, user, salt, hash, cost, expires } };
}

/** 16 characters, and no hyphen in front: commands take an id as an argument, and would take that for an option. */
export function newTokenId(): string {
  const id = randomBytes(12).toString('base64url');
  return id.startsWith('-') ? newTokenId() : id;
}

function hashOf(secret: string, salt: Uint8Array): Promise<Buffer> {
  const options = { N: 2 ** cost, r: blockSize, p: 1 };
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, hashBytes, options, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}
