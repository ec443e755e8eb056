/** Reads exact numbers of bytes from pieces of any size. It holds what was asked for, and one piece more. */
import { BackupError } from './backup-error.ts';

export class PieceReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #offset = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** How many bytes were taken. */
  get offset(): number {
    return this.#offset;
  }

  /** The next `count` bytes. @throws BackupError `BACKUP_INCOMPLETE` if there are fewer; the errors of the source. */
  async take(count: number): Promise<Buffer> {
    while (this.#waitingBytes < count) {
      if (await this.#read()) continue;
      const end = this.#offset + this.#waitingBytes;
      throw new BackupError(
        'BACKUP_INCOMPLETE',
        `The backup ends at byte ${end}, before its last chunk: it was interrupted or cut.`,
      );
    }
    const bytes = Buffer.concat(this.#waiting, this.#waitingBytes);
    this.#keep(bytes.subarray(count));
    this.#offset += count;
    return bytes.subarray(0, count);
  }

  /** Whether there is nothing more. */
  async isAtEnd(): Promise<boolean> {
    while (this.#waitingBytes === 0) if (!(await this.#read())) return true;
    return false;
  }

  /** Releases the source, also if it was not read to its end. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  #keep(rest: Uint8Array): void {
    this.#waiting = rest.length === 0 ? [] : [rest];
    this.#waitingBytes = rest.length;
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#waiting.push(value);
    this.#waitingBytes += value.length;
    return true;
  }
}
