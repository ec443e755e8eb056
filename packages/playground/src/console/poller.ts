/** Poller: asks for the status once a second; less and less often while the server does not answer. */
import type { Fetch } from './key-requests.ts';
import { readStatus, type StatusView } from './status-view.ts';

const pollMs = 1000;
const pollMsMax = 10_000;
/** A server that takes longer counts as silent. */
const answerMsMax = 3000;

/** The delay before the next request, after so many failed ones in a row. */
export function delayMs(failureCount: number): number {
  return Math.min(pollMsMax, pollMs * 2 ** failureCount);
}

export interface PollerOptions {
  readonly fetch: Fetch;
  /** Calls back once after this time. Returns a function that prevents it. */
  readonly schedule: (callback: () => void, afterMs: number) => () => void;
  /** A page that nobody sees asks for nothing. */
  readonly isVisible: () => boolean;
  readonly onStatus: (status: StatusView) => void;
  readonly onSilence: () => void;
}

export class Poller {
  readonly #options: PollerOptions;
  #failureCount = 0;
  #isAsking = false;
  #cancel = () => {};

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Asks at once, and from then on regularly. Also called when the page becomes visible again. */
  async poll(): Promise<void> {
    if (this.#isAsking) return;
    this.#cancel();
    this.#isAsking = true;
    if (this.#options.isVisible()) await this.#ask();
    this.#isAsking = false;
    this.#cancel = this.#options.schedule(() => void this.poll(), delayMs(this.#failureCount));
  }

  async #ask(): Promise<void> {
    const status = await this.#status();
    if (status === undefined) {
      this.#failureCount += 1;
      this.#options.onSilence();
    } else {
      this.#failureCount = 0;
      this.#options.onStatus(status);
    }
  }

  async #status(): Promise<StatusView | undefined> {
    try {
      const signal = AbortSignal.timeout(answerMsMax);
      const response = await this.#options.fetch('status', { cache: 'no-store', signal });
      return response.ok ? readStatus(await response.json()) : undefined;
    } catch {
      return undefined;
    }
  }
}
