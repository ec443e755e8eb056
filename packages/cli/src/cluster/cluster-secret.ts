/** The secret of a local cluster, which its first start makes. */
import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs';

const secretBytes = 32;
const ownerOnly = 0o600;

/** A new secret: 256 random bits as text. */
export function newSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** Makes the file with a new secret, which only its owner may read. A file that is there stays as it is. */
export function makeSecretFile(path: string): void {
  let file: number;
  try {
    file = openSync(path, 'wx', ownerOnly);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw error;
  }
  try {
    // Whatever the umask was.
    fchmodSync(file, ownerOnly);
    writeSync(file, `${newSecret()}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
