/** A request that was accepted and not answered yet. It is answered once, by whoever comes first. */
import type { Reply, Request } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import { forgetAbandoned, onAbandoned } from './abort-listeners.ts';

/** Bytes beside key and value that a request is counted with. */
const overheadBytes = 64;

export interface PendingOptions {
  /** When it is given up, in milliseconds of the replica's clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  /** Called once, when the request is answered in whatever way. */
  readonly onSettled: (request: PendingRequest) => void;
}

export class PendingRequest {
  readonly request: Request;
  readonly bytes: number;
  readonly reply: Promise<Reply>;
  /** Where it stands among all that wait. */
  place = -1;
  /** Where it stands, or stood, among those that are in no batch yet. */
  queuePlace = -1;
  #isProposed = false;
  #isSettled = false;
  readonly #options: PendingOptions;
  /** Where it stands among those that share its signal. */
  #abandonment = -1;
  readonly #onAbort = () => this.#giveUp('KV_ABORTED', 'The caller ended the wait.');
  #resolve: (reply: Reply) => void = () => {};
  #reject: (error: KvError) => void = () => {};

  constructor(request: Request, options: PendingOptions) {
    const { signal } = options;
    this.request = request;
    this.bytes = bytesOf(request);
    this.#options = options;
    this.reply = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal !== undefined) this.#abandonment = onAbandoned(signal, this.#onAbort);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get deadlineMs(): number {
    return this.#options.deadlineMs;
  }

  /** From now on it may take effect, whatever becomes of the wait. */
  markProposed(): void {
    this.#isProposed = true;
  }

  resolve(reply: Reply): void {
    if (this.#settle()) this.#resolve(reply);
  }

  reject(error: KvError): void {
    if (this.#settle()) this.#reject(error);
  }

  /** Ends the wait because the replica ends: *not done* if it was never proposed, else *unknown*. */
  interrupt(message: string, cause?: unknown): void {
    const code = this.#isProposed ? 'KV_INTERRUPTED' : 'KV_UNAVAILABLE';
    this.reject(new KvError(code, message, { cause }));
  }

  /** Its time is over: *not done* if it was never proposed, else *unknown*. */
  expire(timeoutMs: number): void {
    this.#giveUp('KV_TIMEOUT', `No decision within ${timeoutMs} ms.`);
  }

  #giveUp(code: 'KV_TIMEOUT' | 'KV_ABORTED', message: string): void {
    const outcome = this.#isProposed ? 'unknown' : 'not done';
    this.reject(new KvError(code, message, { outcome }));
  }

  #settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    const { signal, onSettled } = this.#options;
    if (signal !== undefined) forgetAbandoned(signal, this.#abandonment);
    onSettled(this);
    return true;
  }
}

function bytesOf({ command }: Request): number {
  if (command.type === 'openSession') return overheadBytes + command.client.length;
  const valueBytes = 'value' in command ? command.value.length : 0;
  return overheadBytes + command.key.length + valueBytes;
}
