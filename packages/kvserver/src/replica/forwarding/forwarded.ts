/** A bounded queue of batches that other replicas forwarded to this leader and that wait for an instance. */
import type { Origin } from '../../state-machine/batch.ts';
import type { Values } from '../../state-machine/values.ts';
import type { Batch } from '../writes/proposals.ts';

export class ForwardedBatches {
  readonly #bytesMax: number;
  readonly #values: Pick<Values, 'acceptsBatch'>;
  #queue: Batch[] = [];
  #bytes = 0;
  /** Batches that are queued, or taken and not applied yet. */
  readonly #known = new Set<string>();

  constructor(bytesMax: number, values: Pick<Values, 'acceptsBatch'>) {
    this.#bytesMax = bytesMax;
    this.#values = values;
  }

  /** Adds a batch. Returns false if it is known, no batch, or there is no room. Its sender then retries. */
  add(batch: Batch): boolean {
    const name = nameOf(batch.origin);
    if (this.#known.has(name) || this.#bytes + batch.value.length > this.#bytesMax) return false;
    // Safety: a decided value that cannot be applied would stop every replica for good. Only batches are forwarded:
    // no other server raises the feature level by way of this one.
    if (!this.#values.acceptsBatch(batch.value)) return false;
    this.#known.add(name);
    this.#queue.push(batch);
    this.#bytes += batch.value.length;
    return true;
  }

  /** Removes the oldest batch. */
  take(): Batch | undefined {
    const batch = this.#queue.shift();
    if (batch !== undefined) this.#bytes -= batch.value.length;
    return batch;
  }

  onApplied(origin: Origin): void {
    this.#known.delete(nameOf(origin));
  }

  /** Drops everything: this replica does not lead any more, and the senders retry elsewhere. */
  abandon(): void {
    this.#queue = [];
    this.#bytes = 0;
    this.#known.clear();
  }
}

function nameOf({ node, runId, number }: Origin): string {
  return `${node} ${runId} ${number}`;
}
