/** Requests as messages with JSON bodies, each for itself. */
import { type Attempt, type Exchange, ExchangeError } from '../environment.ts';
import { readAnswer } from './answer.ts';
import { toMessage } from './calls.ts';
import type { Carrier } from './carrier.ts';

export class MessageExchange implements Exchange {
  readonly #carrier: Carrier;

  constructor(carrier: Carrier) {
    this.#carrier = carrier;
  }

  send(endpoint: string, attempt: Attempt): void {
    this.#ask(endpoint, attempt).catch((error: unknown) => {
      attempt.fail(error instanceof Error ? error : new ExchangeError('maybe', String(error)));
    });
  }

  close(): Promise<void> {
    return this.#carrier.close();
  }

  async #ask(endpoint: string, attempt: Attempt): Promise<void> {
    const controller = new AbortController();
    attempt.onCalledOff(() => controller.abort());
    const message = toMessage(attempt.request);
    const answer = await this.#carrier.send(endpoint, message, controller.signal);
    attempt.answer(readAnswer(attempt.request, answer, endpoint));
  }
}
