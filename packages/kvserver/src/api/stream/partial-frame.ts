/** Counts the bytes of a frame that is being received in the account of its client. */
import type { Socket } from 'node:net';
import type { Account } from '../../budget/fair-bound.ts';

/** What the system hands over at once: no need to count less. */
const chunkBytes = 64 * 1024;

export class PartialFrame {
  readonly #account: Pick<Account, 'take' | 'giveBack'>;
  readonly #socket: Pick<Socket, 'bytesRead'>;
  #startBytes: number;
  #held = 0;

  constructor(socket: Pick<Socket, 'bytesRead'>, account: Pick<Account, 'take' | 'giveBack'>) {
    this.#socket = socket;
    this.#account = account;
    this.#startBytes = socket.bytesRead;
  }

  /** Bytes have arrived. Returns false if the client holds too much for more of them. */
  onBytes(): boolean {
    const bytes = this.#socket.bytesRead - this.#startBytes;
    if (bytes <= this.#held + chunkBytes) return true;
    const growth = bytes - this.#held;
    if (!this.#account.take(growth)) return false;
    this.#held += growth;
    return true;
  }

  /** A frame is complete. */
  onFrame(): void {
    this.#startBytes = this.#socket.bytesRead;
    if (this.#held > 0) this.#account.giveBack(this.#held);
    this.#held = 0;
  }
}
