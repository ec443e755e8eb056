/**
 * All proposals and decisions of a lab: agreement and validity, checked at every observation.
 *
 * Agreement: no two peers ever hold different values for an instance. Validity: a decided value was
 * proposed for that instance.
 */
import { createHash } from 'node:crypto';
import type { PeerId } from '@paxkv/paxos';

/** Any serialisable value would do. */
export type LabValue = string | number;

const shownCharactersMax = 40;

export class Ledger {
  readonly #proposed = new Map<number, Set<string>>();
  readonly #decided = new Map<number, { readonly value: string; readonly peer: PeerId }>();

  /** From now on `value` may be decided in instance `seq`. */
  propose(seq: number, value: LabValue): void {
    const proposed = this.#proposed.get(seq) ?? new Set();
    this.#proposed.set(seq, proposed.add(toFingerprint(value)));
  }

  /** Records what `peer` holds as decided. Returns a description of what is wrong with it, if anything. */
  observe(peer: PeerId, seq: number, value: LabValue): string | undefined {
    const seen = toFingerprint(value);
    const first = this.#decided.get(seq) ?? { value: seen, peer };
    this.#decided.set(seq, first);
    if (first.value !== seen) {
      return `instance ${seq}: peer ${first.peer} decided ${first.value}, but peer ${peer} ${seen}`;
    }
    if (this.#proposed.get(seq)?.has(seen)) return undefined;
    return `instance ${seq}: peer ${peer} decided ${seen}, which no peer proposed`;
  }
}

/** A short text for a value; a long value is identified by its digest, so that it can be freed. */
function toFingerprint(value: LabValue): string {
  const text = JSON.stringify(value);
  if (text.length <= shownCharactersMax) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, 8)}… (${text.length} characters, sha256 ${digest})`;
}
