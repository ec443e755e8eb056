/** The room for the reply to one get on a stream: in the memory budget, and among what its client has not read yet. */
import type { ReplyRoom } from '../../budget/client.ts';
import type { Account } from '../../budget/fair-bound.ts';
import { Hold } from '../../budget/hold.ts';
import type { ReplyOutbox } from './reply-outbox.ts';

/**
 * A read of the database reserves the longest value, and most are far shorter: so reads under way may reserve more than
 * may then be sent.
 */
const reservedFactor = 4;

export class StreamReplyRoom extends Hold implements ReplyRoom {
  readonly #outbox: Pick<ReplyOutbox, 'unsentBytes' | 'reservedBytes'>;
  readonly #unsentBytesMax: number;

  /** `unsentBytesMax`: bytes that the client has not read, above which its gets wait. */
  constructor(
    account: Account,
    outbox: Pick<ReplyOutbox, 'unsentBytes' | 'reservedBytes'>,
    unsentBytesMax: number,
  ) {
    super(account);
    this.#outbox = outbox;
    this.#unsentBytesMax = unsentBytesMax;
  }

  reserve(valueBytes: number): boolean {
    const { unsentBytes, reservedBytes } = this.#outbox;
    const isFull =
      unsentBytes >= this.#unsentBytesMax ||
      unsentBytes + reservedBytes >= reservedFactor * this.#unsentBytesMax;
    if (valueBytes > 0 && isFull) return false;
    const before = this.bytes;
    if (!this.takeForValue(valueBytes)) return false;
    this.#outbox.reservedBytes += this.bytes - before;
    return true;
  }

  override release(): void {
    this.#outbox.reservedBytes -= this.bytes;
    super.release();
  }
}
