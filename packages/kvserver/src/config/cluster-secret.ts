/** The text of the secret that all servers of a cluster share. */

/** A shorter text could be guessed from a recorded handshake. */
const secretLengthMin = 32;
const secretLengthMax = 256;
/** The secret in use, and one before or after it while all servers are given another. */
const secretCountMax = 2;

/** One or two secrets: a server proves itself with the first, and accepts both. */
export type Secrets = readonly [Uint8Array, Uint8Array?];

/** Why `text` holds no secrets, in words that repeat nothing of it; `undefined` if it holds some. */
export function secretProblem(text: string): string | undefined {
  const secrets = split(text);
  if (secrets.length === 0) return 'has no secret in it';
  if (secrets.length > secretCountMax) return `has more than ${secretCountMax} secrets in it`;
  const pattern = new RegExp(`^[\\x21-\\x7e]{${secretLengthMin},${secretLengthMax}}$`);
  if (secrets.every((secret) => pattern.test(secret))) return undefined;
  return `must have ${secretLengthMin} to ${secretLengthMax} printable characters in each secret`;
}

/** The secrets of a text that has no {@link secretProblem}: one, or two with white space between them. */
export function parseSecrets(text: string): Secrets {
  const [first = '', second] = split(text);
  return second === undefined ? [Buffer.from(first)] : [Buffer.from(first), Buffer.from(second)];
}

function split(text: string): string[] {
  return text.split(/\s+/).filter((part) => part !== '');
}
