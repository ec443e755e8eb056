/**
 * State audit: rules about answers that need not be of the latest state. A revision of a key has one value in
 * all answers, and those of one server do not go back in time until it is started again.
 */
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';

export interface Seen {
  readonly value: string;
  readonly modRevision: number;
}

export class StateAudit implements Witness {
  readonly #verdict: Verdict;
  readonly #boots = new Map<number, number>();
  /** By key and revision. */
  readonly #values = new Map<string, string>();
  /** The latest revision of each key that each server showed in its present boot. */
  readonly #latest = new Map<string, number>();

  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  onStarted(node: number, boot: number): void {
    this.#boots.set(node, boot);
  }

  /** Which start of the server this is. */
  bootOf(node: number): number {
    return this.#boots.get(node) ?? 0;
  }

  /** A server answered with its own state. `boot`: when it was asked; no other get of this key was open there. */
  onOldRead(key: string, seen: Seen, { node, boot }: { node: number; boot: number }): void {
    this.onRead(key, seen);
    if (boot !== this.bootOf(node)) return;
    const name = `${node}.${boot} ${key}`;
    const before = this.#latest.get(name) ?? 0;
    this.#latest.set(name, seen.modRevision);
    this.#verdict.check(
      seen.modRevision >= before,
      'the answers of one server do not go back in time',
      () => `node ${node} showed ${key} at revision ${before}, and then at ${seen.modRevision}`,
    );
  }

  /** Any answer to a get. */
  onRead(key: string, { value, modRevision }: Seen): void {
    const name = `${modRevision} ${key}`;
    const before = this.#values.get(name) ?? value;
    this.#values.set(name, before);
    this.#verdict.check(
      value === before,
      'a revision of a key has one value',
      () => `${key} was read at revision ${modRevision} as ${before} and as ${value}`,
    );
  }
}
