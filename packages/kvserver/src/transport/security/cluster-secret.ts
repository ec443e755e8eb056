/**
 * The secret that all servers of a cluster share, and the proofs that a server has it.
 * RFC 2104: HMAC. A proof covers both random numbers of the handshake, so a recorded one is worth nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A shorter text could be guessed from a recorded handshake. */
const secretLengthMin = 32;
const secretLengthMax = 256;
/** The secret in use, and one before or after it while all servers are given another. */
const secretCountMax = 2;

/** One or two secrets: a server proves itself with the first, and accepts both. */
export type Secrets = readonly [Uint8Array, Uint8Array?];

/** What servers use that were started with no secret, which only an insecure server may be. Everybody knows it. */
export const publicSecrets: Secrets = [new Uint8Array()];

/** Why `text` holds no secrets, in words that repeat nothing of it; `undefined` if it holds some. */
export function secretProblem(text: string): string | undefined {
  const secrets = split(text);
  if (secrets.length === 0) return 'there is no secret in it';
  if (secrets.length > secretCountMax) return `there are more than ${secretCountMax} secrets in it`;
  const isGood = secrets.every((secret) =>
    new RegExp(`^[\\x21-\\x7e]{${secretLengthMin},${secretLengthMax}}$`).test(secret),
  );
  if (isGood) return undefined;
  return `each secret must be ${secretLengthMin} to ${secretLengthMax} printable characters without spaces`;
}

/** The secrets of a text that has no {@link secretProblem}: one, or two with white space between them. */
export function parseSecrets(text: string): Secrets {
  const [first = '', second] = split(text);
  return second === undefined ? [Buffer.from(first)] : [Buffer.from(first), Buffer.from(second)];
}

/** The end that proves itself. A proof of one end is none of the other, so it cannot be sent back. */
export type Side = 'dialer' | 'listener';

/** The proof that `side` has the secret and took part in this handshake, whose frames are `parts` in order. */
export function proofOf(secret: Uint8Array, side: Side, parts: readonly Uint8Array[]): Buffer {
  const hmac = createHmac('sha256', secret).update(`paxkv ${side}\0`);
  for (const part of parts) {
    // With its length in front, no part can pass for the end or the beginning of another.
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(part.byteLength);
    hmac.update(length).update(part);
  }
  return hmac.digest();
}

/** Whether `proof` is that of one of the secrets. */
export function isProof(
  proof: Uint8Array,
  secrets: Secrets,
  side: Side,
  parts: readonly Uint8Array[],
): boolean {
  return secrets.some((secret) => {
    if (secret === undefined) return false;
    const expected = proofOf(secret, side, parts);
    return proof.byteLength === expected.byteLength && timingSafeEqual(proof, expected);
  });
}

function split(text: string): string[] {
  return text.split(/\s+/).filter((part) => part !== '');
}
