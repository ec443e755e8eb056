/**
 * One connection from another server: the handshake, then messages. Once it is closing, everything that
 * still arrives on it is ignored, so an old connection delivers nothing after a new one.
 */
import { frameBytesMax, type PeerLimits } from '../config/transport-limits.ts';
import { Keepalive } from '../system/keepalive.ts';
import type { ListenerExchange } from './exchange/exchange.ts';
import type { Hello, HelloAnswer, Refusal, Welcome } from './handshake.ts';
import type { Wire } from './wire/wire.ts';

/** What an incoming connection reports. */
export interface IncomingEvents {
  /** The other server has identified itself. The listener answers with `accept` or `refuse`. */
  readonly onHello: (link: IncomingLink, hello: Hello) => void;
  /** A frame of messages. */
  readonly onFrame: (link: IncomingLink, frame: Uint8Array) => void;
  /** The other end violated the protocol, and the connection is closing. */
  readonly onViolation: (link: IncomingLink, reason: string) => void;
  /** The connection is closed. */
  readonly onGone: (link: IncomingLink) => void;
}

export class IncomingLink {
  readonly #wire: Wire;
  readonly #exchange: ListenerExchange;
  readonly #events: IncomingEvents;
  readonly #limits: PeerLimits;
  #stage: 'handshake' | 'open' | 'closing' = 'handshake';
  #node: number | undefined;
  #keepalive: Keepalive | undefined;
  readonly #deadline: NodeJS.Timeout;

  constructor(wire: Wire, exchange: ListenerExchange, limits: PeerLimits, events: IncomingEvents) {
    this.#wire = wire;
    this.#exchange = exchange;
    this.#limits = limits;
    this.#events = events;
    this.#deadline = setTimeout(() => this.violate('no hello in time'), limits.handshakeMsMax);
    wire.on('handshake', (frame) => this.#onHandshake(frame));
    wire.on('message', (frame) => this.#onMessage(frame));
    wire.on('violation', (reason) => this.violate(reason));
    wire.on('close', () => {
      this.#stop();
      events.onGone(this);
    });
  }

  /** The other server; `undefined` before the handshake is complete. */
  get node(): number | undefined {
    return this.#node;
  }

  /** Whether the other server has the secret of the cluster. */
  get isProven(): boolean {
    return this.#exchange.isProving;
  }

  /** The members that its certificate names; `undefined` without TLS. */
  get members(): readonly string[] | undefined {
    return this.#wire.members;
  }

  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  /** Accepts the connection of `node`; the messages on it have the format of the welcome. */
  accept(node: number, welcome: Omit<Welcome, 'type'>): void {
    this.#node = node;
    this.#stage = 'open';
    clearTimeout(this.#deadline);
    this.#wire.open(frameBytesMax(this.#limits));
    this.#keepalive = new Keepalive(this.#wire, this.#limits, () => this.terminate());
    this.#answer({ type: 'welcome', ...welcome });
  }

  refuse(refusal: Refusal): void {
    this.#answer(refusal);
    this.closeWith(refusal.reason);
  }

  /** Sends a small message against the direction of the others, so that it does not wait behind them. */
  sendBack(message: Uint8Array): void {
    this.#wire.sendMessages([message], message.byteLength);
  }

  /** Ignores everything that still arrives, sends `reason`, and closes the connection. */
  closeWith(reason: string): void {
    this.#stop();
    this.#wire.closeWith(reason);
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#stop();
    this.#wire.terminate();
  }

  /** Closes the connection because the other end violated the protocol. */
  violate(reason: string): void {
    if (this.#stage === 'closing') return;
    if (this.#stage === 'handshake') this.#answer({ type: 'refusal', reason });
    this.closeWith(reason);
    this.#events.onViolation(this, reason);
  }

  #onHandshake(frame: Uint8Array): void {
    if (this.#stage !== 'handshake') return;
    const step = this.#exchange.onFrame(frame);
    if (step.type === 'send') this.#wire.sendHandshake(step.frame);
    else if (step.type === 'failed') this.violate(step.reason);
    else this.#events.onHello(this, step.hello);
  }

  #onMessage(frame: Uint8Array): void {
    if (this.#stage === 'open') this.#events.onFrame(this, frame);
  }

  #answer(answer: HelloAnswer): void {
    this.#wire.sendHandshake(this.#exchange.answer(answer));
  }

  #stop(): void {
    this.#stage = 'closing';
    clearTimeout(this.#deadline);
    this.#keepalive?.stop();
  }
}
