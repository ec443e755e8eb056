/**
 * One connection from another server. It receives a hello, then messages. Once it is closing, everything that
 * still arrives on it is ignored, so an old connection delivers nothing after a new one.
 */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { PeerLimits } from '../config/transport-limits.ts';
import { Keepalive } from '../system/keepalive.ts';
import { pack } from './codec.ts';
import {
  type HelloAnswer,
  helloBytesMax,
  printable,
  type Refusal,
  type Welcome,
} from './handshake.ts';

/** What an incoming connection reports. */
export interface IncomingEvents {
  /** The first frame. The listener answers with `accept` or `refuse`. */
  readonly onHello: (link: IncomingLink, frame: Uint8Array) => void;
  /** Any later frame. */
  readonly onFrame: (link: IncomingLink, frame: Uint8Array) => void;
  /** The other end violated the protocol, and the connection is closing. */
  readonly onViolation: (link: IncomingLink, reason: string) => void;
  /** The connection is closed. */
  readonly onGone: (link: IncomingLink) => void;
}

export class IncomingLink {
  readonly #socket: WebSocket;
  readonly #events: IncomingEvents;
  readonly #limits: PeerLimits;
  #stage: 'handshake' | 'open' | 'closing' = 'handshake';
  #node: number | undefined;
  #keepalive: Keepalive | undefined;
  readonly #deadline: NodeJS.Timeout;

  constructor(socket: WebSocket, limits: PeerLimits, events: IncomingEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    this.#deadline = setTimeout(() => this.#violate('no hello in time'), limits.handshakeMsMax);
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', () => {
      this.#stop();
      events.onGone(this);
    });
  }

  /** The other server; `undefined` before the handshake is complete. */
  get node(): number | undefined {
    return this.#node;
  }

  /** Closes the connection if it sends too much before its hello. */
  watch(raw: Duplex): void {
    let bytes = 0;
    const onData = (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (this.#stage !== 'handshake') raw.off('data', onData);
      else if (bytes > helloBytesMax) this.#violate('no hello in the first bytes');
    };
    raw.on('data', onData);
  }

  /** Accepts the connection of `node`; the messages on it have the format of the welcome. */
  accept(node: number, welcome: Omit<Welcome, 'type'>): void {
    this.#node = node;
    this.#stage = 'open';
    clearTimeout(this.#deadline);
    this.#keepalive = new Keepalive(this.#socket, this.#limits, () => this.terminate());
    this.#answer({ type: 'welcome', ...welcome });
  }

  refuse(refusal: Refusal): void {
    this.#answer(refusal);
    this.closeWith(refusal.reason);
  }

  /** Ignores everything that still arrives, sends `reason`, and closes the connection. */
  closeWith(reason: string): void {
    this.#stop();
    this.#socket.close(1008, printable(reason));
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#stop();
    this.#socket.terminate();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#stage === 'closing') return;
    if (!isBinary || !(data instanceof Uint8Array)) this.#violate('text instead of bytes');
    else if (this.#stage === 'open') this.#events.onFrame(this, data);
    else if (data.byteLength > helloBytesMax) this.#violate('hello too long');
    else this.#events.onHello(this, data);
  }

  #onError(error: Error & { code?: string }): void {
    // The library is closing the connection. A lost connection is no violation; a broken protocol is.
    if (error.code?.startsWith('WS_ERR') === true) this.#violate(error.message);
    else this.#stop();
  }

  #violate(reason: string): void {
    if (this.#stage === 'closing') return;
    this.closeWith(reason);
    this.#events.onViolation(this, reason);
  }

  #answer(answer: HelloAnswer): void {
    this.#socket.send(pack(answer));
  }

  #stop(): void {
    this.#stage = 'closing';
    clearTimeout(this.#deadline);
    this.#keepalive?.stop();
  }
}
