/**
 * The handshake of earlier versions, in which nothing is proven: a hello and its answer. It is used only during
 * an upgrade from such a version, where the operator allows it.
 */
import { pack, unpack } from '../codec.ts';
import { type Hello, type HelloAnswer, readAnswer, readHello } from '../handshake.ts';
import type { DialerExchange, DialerStep, ListenerExchange, ListenerStep } from './exchange.ts';

export class EarlierDialer implements DialerExchange {
  readonly #hello: Hello;

  constructor(hello: Hello) {
    this.#hello = hello;
  }

  begin(): Uint8Array {
    return pack(this.#hello);
  }

  onFrame(frame: Uint8Array): DialerStep {
    const reading = readAnswer(unpack(frame));
    if (!reading.valid) return { type: 'failed', reason: reading.reason };
    return { type: 'answered', answer: reading.content, isProven: false };
  }
}

export class EarlierListener implements ListenerExchange {
  readonly isProving = false;

  onFrame(frame: Uint8Array): ListenerStep {
    const reading = readHello(unpack(frame));
    if (!reading.valid) return { type: 'failed', reason: reading.reason };
    return { type: 'identified', hello: reading.content };
  }

  answer(answer: HelloAnswer): Uint8Array {
    return pack(answer);
  }
}
