/** The part of `node:crypto` that the replica needs in a browser. */

import { sha256 } from '@noble/hashes/sha2.js';
import { Buffer } from 'buffer';

export class Sha256 {
  readonly #hash = sha256.create();

  /** Text is taken as UTF-8. */
  update(data: Uint8Array | string): this {
    this.#hash.update(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    return this;
  }

  digest(): Buffer {
    return Buffer.from(this.#hash.digest());
  }
}

export function createHash(_algorithm: 'sha256'): Sha256 {
  return new Sha256();
}
