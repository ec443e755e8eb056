/** Conditions in the headers of a request about one key. The entity tag of a key is its `modRevision` in quotes. */
import type { IncomingMessage } from 'node:http';
import { type Bytes, type Comparison, KvError } from '@paxkv/protocol';

/** The entity tag of the key whose last write has this revision. */
export function entityTagOf(modRevision: number): string {
  return `"${modRevision}"`;
}

/** What must be true of `key` for the request to be done; empty if the headers say nothing of it. */
export interface Preconditions {
  readonly ifMatch: Comparison | undefined;
  readonly ifNoneMatch: Comparison | undefined;
}

/**
 * `If-Match` and `If-None-Match`, each `*` for a key that is present, or one entity tag.
 *
 * @throws KvError `KV_BAD_REQUEST` for a list, a weak tag, and a tag that no key has.
 */
export function preconditionsOf({ headers }: IncomingMessage, key: Bytes): Preconditions {
  const match = revisionIn('If-Match', headers['if-match']);
  const noneMatch = revisionIn('If-None-Match', headers['if-none-match']);
  return { ifMatch: ifMatch(key, match), ifNoneMatch: ifNoneMatch(key, noneMatch) };
}

function ifMatch(key: Bytes, revision: number | '*' | undefined): Comparison | undefined {
  if (revision === '*') return { key, of: 'modRevision', is: '>', to: 0 };
  return revision === undefined ? undefined : { key, of: 'modRevision', is: '=', to: revision };
}

function ifNoneMatch(key: Bytes, revision: number | '*' | undefined): Comparison | undefined {
  if (revision === '*') return { key, of: 'modRevision', is: '=', to: 0 };
  return revision === undefined ? undefined : { key, of: 'modRevision', is: '!=', to: revision };
}

/** Whether the precondition holds for a key that was last written at `modRevision`; 0 if it is absent. */
export function holds(condition: Comparison | undefined, modRevision: number): boolean {
  if (condition === undefined) return true;
  const { is, to } = condition;
  if (is === '>') return modRevision > Number(to);
  return (modRevision === to) === (is === '=');
}

function revisionIn(name: string, header: string | undefined): number | '*' | undefined {
  if (header === undefined || header === '*') return header;
  const [, digits = ''] = /^"([1-9]\d{0,15})"$/.exec(header) ?? [];
  const revision = Number(digits);
  if (revision > 0 && Number.isSafeInteger(revision)) return revision;
  const form = 'it is * or one revision in quotes, as the header ETag has it';
  throw new KvError('KV_BAD_REQUEST', `${name} cannot be read: ${form}.`);
}
