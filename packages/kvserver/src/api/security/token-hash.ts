/** The hash of a token's secret by scrypt (RFC 7914), computed on a thread of Node's pool. */
import { scrypt } from 'node:crypto';
import type { Bytes } from '@paxkv/protocol';

/**
 * The cost of new tokens: N = 2¹², which takes about 10 ms and 4 MiB. More would protect a password. The secret of a
 * token is 256 random bits, which nobody finds by trying.
 */
export const tokenCost = 12;

const blockSize = 8;
const hashBytes = 32;

/** 32 bytes. `cost`: the binary logarithm of N. */
export function hashSecret(secret: string, salt: Bytes, cost: number): Promise<Buffer> {
  const N = 2 ** cost;
  const options = { N, r: blockSize, p: 1, maxmem: 256 * N * blockSize };
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, hashBytes, options, (error, hash) => {
      if (error === null) resolve(hash);
      else reject(error);
    });
  });
}
