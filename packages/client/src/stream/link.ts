/**
 * The way to one server: at most one channel that takes requests, and the pace at which a lost one is
 * dialled anew. Channels that are leaving finish on their own.
 */
import type { News } from '@paxkv/protocol';
import {
  type Attempt,
  type Clock,
  type Exchange,
  ExchangeError,
  type Random,
} from '../environment.ts';
import { Backoff } from '../retry/backoff.ts';
import { Channel } from './channel.ts';
import type { Dial } from './socket.ts';

const redialLimits = { retryDelayMsMin: 20, retryDelayMsMax: 2_000 };
/** How long a server that failed a request is spared where another serves, and longer if it fails again. */
const avoidanceLimits = { retryDelayMsMin: 500, retryDelayMsMax: 10_000 };
/** How long a server that takes no streams is asked by messages, before a stream is tried again. */
const refusalMs = 60_000;
/** Who has kept well for so long has made up for what was. */
const probationMs = 10_000;

export interface LinkParts {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly dial: Dial;
  readonly defer: (callback: () => void) => void;
  /** For a server that takes no streams. */
  readonly messages: Exchange;
  readonly onNews: (link: Link, news: News) => void;
  /** It takes no requests any more until it is dialled anew. */
  readonly onLost: (link: Link) => void;
}

export class Link {
  readonly endpoint: string;
  readonly #parts: LinkParts;
  #channel: Channel | undefined;
  #whyLost = '';
  #redial: Backoff;
  #mayDialAt = Number.NEGATIVE_INFINITY;
  #refusedUntil = Number.NEGATIVE_INFINITY;
  #avoidance: Backoff;
  #avoidedUntil = Number.NEGATIVE_INFINITY;

  constructor(parts: LinkParts) {
    this.endpoint = parts.endpoint;
    this.#parts = parts;
    this.#redial = new Backoff(redialLimits, parts.random);
    this.#avoidance = new Backoff(avoidanceLimits, parts.random);
  }

  /** Whether what is asked now leaves at once. */
  get isOpen(): boolean {
    return this.#channel?.isOpen ?? this.#takesNoStreams;
  }

  get isGathering(): boolean {
    return this.#channel?.isGathering ?? false;
  }

  /** Whether it failed a request of late. */
  get isAvoided(): boolean {
    return (
      this.#avoidedUntil !== Number.NEGATIVE_INFINITY &&
      this.#parts.clock.now() < this.#avoidedUntil
    );
  }

  avoid(): void {
    const now = this.#parts.clock.now();
    // Many requests fail together; they count as one failure.
    if (now >= this.#avoidedUntil) {
      if (now > this.#avoidedUntil + probationMs) {
        this.#avoidance = new Backoff(avoidanceLimits, this.#parts.random);
      }
      this.#avoidedUntil = now + this.#avoidance.next();
    }
    this.#channel?.giveUpUnsent();
  }

  get #takesNoStreams(): boolean {
    return this.#parts.clock.now() < this.#refusedUntil;
  }

  /** Dials if there is no channel and the time has come. */
  wake(): void {
    if (this.#channel === undefined && this.#parts.clock.now() >= this.#mayDialAt) {
      this.#dial();
    }
  }

  push(attempt: Attempt): void {
    this.wake();
    if (this.#channel === undefined && this.#takesNoStreams) {
      this.#parts.messages.send(this.endpoint, attempt);
    } else if (this.#channel === undefined) {
      attempt.fail(new ExchangeError('no', this.#whyLost));
    } else {
      this.#channel.push(attempt);
    }
  }

  close(): void {
    this.#channel?.close();
  }

  #dial(): void {
    const { clock, dial, defer, endpoint, onLost, onNews } = this.#parts;
    const channel: Channel = new Channel({
      ...{ clock, dial, defer, endpoint },
      onNews: (news) => onNews(this, news),
      onRefused: (unsent) => this.#onRefused(unsent),
      onEnd: (why) => {
        if (this.#channel === channel) {
          this.#whyLost = why;
          this.#channel = undefined;
          this.#mayDialAt = Math.max(this.#refusedUntil, clock.now() + this.#redial.next());
          onLost(this);
        }
      },
    });
    this.#channel = channel;
  }

  #onRefused(unsent: readonly Attempt[]): void {
    this.#refusedUntil = this.#parts.clock.now() + refusalMs;
    for (const attempt of unsent) {
      attempt.leave();
      this.#parts.messages.send(this.endpoint, attempt);
    }
  }
}
