/** One direction of one connection: copies bytes from one socket to another, as far as the fault allows. */
import type { Socket } from 'node:net';
import { type LinkFault, timingOf } from './link-fault.ts';

/** Maximum number of buffered bytes; beyond it the sender has to wait. */
const waitingBytesMax = 1024 * 1024;

interface Chunk {
  readonly bytes: Buffer;
  /** Time at which the chunk may leave. */
  readonly dueMs: number;
}

export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  #fault: LinkFault;
  #chunks: Chunk[] = [];
  #lineFreeMs = 0;
  #hasLost = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, fault: LinkFault) {
    this.#from = from;
    this.#to = to;
    this.#fault = fault;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    to.on('drain', () => this.#regulate());
    this.#regulate();
  }

  /** Whether bytes were lost: the bytes after them would be meaningless. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** Applies to new chunks. Chunks already scheduled keep their time. */
  set fault(fault: LinkFault) {
    this.#fault = fault;
    this.#regulate();
    this.#deliver();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#chunks = [];
  }

  #take(bytes: Buffer): void {
    if (this.#fault.type === 'swallow') {
      this.#hasLost = true;
      return;
    }
    const nowMs = performance.now();
    const { lagMs, busyMs } = timingOf(this.#fault, bytes.length);
    // Keeps the order: a chunk never overtakes the one before it.
    this.#lineFreeMs = Math.max(this.#lineFreeMs, nowMs + lagMs) + busyMs;
    this.#chunks.push({ bytes, dueMs: this.#lineFreeMs });
    this.#deliver();
    this.#regulate();
  }

  #deliver(): void {
    clearTimeout(this.#timer);
    if (this.#fault.type === 'stall') return;
    const nowMs = performance.now();
    for (let first = this.#chunks[0]; first !== undefined; first = this.#chunks[0]) {
      if (first.dueMs > nowMs) {
        this.#timer = setTimeout(() => this.#deliver(), first.dueMs - nowMs);
        return;
      }
      this.#chunks.shift();
      if (this.#to.writable) this.#to.write(first.bytes);
    }
    this.#regulate();
  }

  #regulate(): void {
    const waiting = this.#chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const isFull = waiting + this.#to.writableLength > waitingBytesMax;
    if (isFull || this.#fault.type === 'stall') this.#from.pause();
    else this.#from.resume();
  }
}
