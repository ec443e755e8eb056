/**
 * What the server that received a request to open a session adds to it in the log, from feature level 2 on: random
 * bits, since the log must determine the id of the session and nobody may guess it, and the owner.
 */
import { createHash } from 'node:crypto';
import { type Bytes, id128Bytes, type Principal, type Row, toBytes, toText } from '@paxkv/protocol';

export interface Opening {
  /** 16 random bytes that no client knows. */
  readonly entropy: Bytes;
  /** The owner of the session: see {@link isOwnerText}. Sessions are evicted owner by owner. */
  readonly owner: string;
}

/** The longest name of an owner. */
export const ownerLengthMax = 256;

/** The owner of sessions of programs in the same process, and of those that servers open for themselves. */
export const localOwner = 'local';

const userPrefix = 'user ';

/** The owner of the sessions that a user opens, wherever that user connects from. */
export function userOwner({ user }: Principal): string {
  return `${userPrefix}${user}`;
}

/** Whether the owner is a user. */
export function isUserOwner(owner: string): boolean {
  return owner.startsWith(userPrefix);
}

export function fromOpening({ entropy, owner }: Opening): Row {
  return [entropy, owner];
}

/** @throws TypeError */
export function toOpening([entropyField, ownerField]: Row): Opening {
  const [entropy, owner] = [toBytes(entropyField), toText(ownerField)];
  if (entropy.length === id128Bytes && isOwnerText(owner)) return { entropy, owner };
  throw new TypeError('The opening of a session has 16 random bytes and an owner.');
}

/** An owner is text such as `10.0.0.1` or `user alice`. */
export function isOwnerText({ length }: string): boolean {
  return length >= 1 && length <= ownerLengthMax;
}

/**
 * The id of the session: 128 bits as text, which nobody guesses without the entropy. `count`: how many sessions were
 * opened before, so that a batch that is decided twice gives no id twice.
 */
export function sessionIdOf(incarnation: string, { entropy }: Opening, count: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(count));
  const hash = createHash('sha256').update(incarnation).update(entropy).update(counter).digest();
  return hash.subarray(0, id128Bytes).toString('base64url');
}
