/** The sequence of requests of a load, for any store. */
import { type Distribution, KeyChoice } from './key-choice.ts';
import { kindAt, type Mix } from './mix.ts';
import { SeededRandom } from './random.ts';
import { Records } from './records.ts';

/** A store under load. Its calls reject if the request fails. */
export interface Target {
  /** Resolves to whether the key exists. */
  get(key: string): Promise<boolean>;
  put(key: string, value: Buffer): Promise<unknown>;
}

export interface TrafficSettings {
  readonly mix: Mix;
  readonly distribution: Distribution;
  readonly keyCount: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly seed: number;
}

const scanKeyCountMax = 100;

export class Traffic {
  readonly #mix: Mix;
  readonly #random: SeededRandom;
  readonly #keys: KeyChoice;
  readonly #records: Records;
  #absentCount = 0;

  constructor({ mix, distribution, keyCount, seed, ...bytes }: TrafficSettings) {
    this.#mix = mix;
    this.#random = new SeededRandom(seed);
    this.#keys = new KeyChoice(distribution, keyCount, this.#random);
    this.#records = new Records(bytes, seed);
  }

  /** Reads of keys that did not exist. */
  get absentCount(): number {
    return this.#absentCount;
  }

  /** Sends the next request. Resolves once it is answered. */
  send(target: Target): Promise<unknown> {
    switch (kindAt(this.#mix, this.#random.next())) {
      case 'get':
        return this.#get(target, this.#keys.existing());
      case 'put':
        return this.fill(target, this.#keys.existing());
      case 'insert':
        return this.fill(target, this.#keys.created());
      case 'scan':
        return this.#scan(target);
      case 'update':
        return this.#update(target, this.#keys.existing());
    }
  }

  /** Writes the key with this number. */
  fill(target: Target, index: number): Promise<unknown> {
    return target.put(this.#records.key(index), this.#records.value());
  }

  async #get(target: Target, index: number): Promise<void> {
    if (!(await target.get(this.#records.key(index)))) this.#absentCount += 1;
  }

  /** The store has no range reads, so neighbouring keys are read concurrently. */
  #scan(target: Target): Promise<unknown> {
    const first = this.#keys.existing();
    const wantedCount = 1 + this.#random.below(scanKeyCountMax);
    const length = Math.min(wantedCount, this.#keys.keyCount - first);
    return Promise.all(Array.from({ length }, (_, index) => this.#get(target, first + index)));
  }

  async #update(target: Target, index: number): Promise<void> {
    await this.#get(target, index);
    await this.fill(target, index);
  }
}
