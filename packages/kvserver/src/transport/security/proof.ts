/**
 * Proofs that a server has the secret of the cluster. A proof covers both random numbers of the handshake, so a
 * recorded one is worth nothing. RFC 2104: HMAC.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secrets } from '../../config/cluster-secret.ts';

/** What servers use that were started with no secret, which only an insecure server may be. Everybody knows it. */
export const publicSecrets: Secrets = [new Uint8Array()];

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
