/** The incarnation of the cluster that this server belongs to, for the front ends. */
import { isId128, KvError } from '@paxkv/protocol';

export class ClusterIncarnation {
  #name: string | undefined;
  #onNamed: (name: string) => void = () => {};

  /** `undefined` while it is not known here. */
  get name(): string | undefined {
    return this.#name;
  }

  /** It is known from now on, and stays the same. */
  become(name: string): void {
    if (name === this.#name) return;
    this.#name = name;
    this.#onNamed(name);
  }

  /** Calls back when it becomes known. */
  onNamed(callback: (name: string) => void): void {
    this.#onNamed = callback;
  }

  /**
   * Checks what a client expects. `undefined`: it expects nothing.
   *
   * @throws KvError `KV_WRONG_CLUSTER`, `KV_UNAVAILABLE`, `KV_BAD_REQUEST`, each *not done*.
   */
  expect(expected: string | undefined): void {
    if (expected === undefined || expected === this.#name) return;
    if (!isId128(expected)) {
      throw new KvError('KV_BAD_REQUEST', 'An incarnation has 22 characters of base64url.');
    }
    if (this.#name === undefined) {
      throw new KvError('KV_UNAVAILABLE', 'This server does not know the cluster incarnation yet.');
    }
    throw new KvError(
      'KV_WRONG_CLUSTER',
      `This server belongs to a cluster of incarnation ${this.#name}, and not ${expected}: ` +
        'to another cluster, or to the same one after it was made anew.',
    );
  }
}
