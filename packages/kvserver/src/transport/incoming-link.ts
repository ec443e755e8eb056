/**
 * One connection from another server. It listens: first for a greeting, then for messages. Once it has
 * been retired nothing that still arrives on it is heard, so an old connection never speaks after a new one.
 */
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { PeerLimits } from '../config/transport-limits.ts';
import { Keepalive } from '../system/keepalive.ts';
import { pack } from './codec.ts';
import { type HelloAnswer, helloBytesMax, printable } from './handshake.ts';

/** What an incoming connection leads to. */
export interface IncomingEvents {
  /** The first frame. The listener answers by `welcome` or `refuse`. */
  readonly onGreeting: (link: IncomingLink, frame: Uint8Array) => void;
  /** Any later frame. */
  readonly onFrame: (link: IncomingLink, frame: Uint8Array) => void;
  /** The connection did what no server does. It has been retired. */
  readonly onOffence: (link: IncomingLink, reason: string) => void;
  /** Nothing is left of the connection. */
  readonly onGone: (link: IncomingLink) => void;
}

export class IncomingLink {
  readonly #socket: WebSocket;
  readonly #events: IncomingEvents;
  readonly #limits: PeerLimits;
  #stage: 'greeting' | 'listening' | 'retired' = 'greeting';
  #node: number | undefined;
  #heartbeat: Keepalive | undefined;
  readonly #deadline: NodeJS.Timeout;

  constructor(socket: WebSocket, limits: PeerLimits, events: IncomingEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
    this.#deadline = setTimeout(() => this.#offend('no hello in time'), limits.handshakeMsMax);
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', () => {
      this.#stop();
      events.onGone(this);
    });
  }

  /** Who is speaking; `undefined` before the welcome. */
  get node(): number | undefined {
    return this.#node;
  }

  /** Ends a connection that sends too much before it said who it is. */
  watch(raw: Duplex): void {
    let bytes = 0;
    const onData = (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
      if (this.#stage !== 'greeting') raw.off('data', onData);
      else if (bytes > helloBytesMax) this.#offend('no hello in the first bytes');
    };
    raw.on('data', onData);
  }

  welcome(node: number): void {
    this.#node = node;
    this.#stage = 'listening';
    clearTimeout(this.#deadline);
    this.#heartbeat = new Keepalive(this.#socket, this.#limits, () => this.terminate());
    this.#answer({ type: 'welcome' });
  }

  refuse(reason: string): void {
    this.#answer({ type: 'refusal', reason });
    this.retire(reason);
  }

  /** Hears nothing more, tells the other end why, and ends the connection. */
  retire(reason: string): void {
    this.#stop();
    this.#socket.close(1008, printable(reason));
  }

  /** Ends the connection without a word. */
  terminate(): void {
    this.#stop();
    this.#socket.terminate();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#stage === 'retired') return;
    if (!isBinary || !(data instanceof Uint8Array)) this.#offend('text instead of bytes');
    else if (this.#stage === 'listening') this.#events.onFrame(this, data);
    else if (data.byteLength > helloBytesMax) this.#offend('hello too long');
    else this.#events.onGreeting(this, data);
  }

  #onError(error: Error & { code?: string }): void {
    // The library has begun to close. Lost connections are no offence; a broken protocol is.
    if (error.code?.startsWith('WS_ERR') === true) this.#offend(error.message);
    else this.#stop();
  }

  #offend(reason: string): void {
    if (this.#stage === 'retired') return;
    this.retire(reason);
    this.#events.onOffence(this, reason);
  }

  #answer(answer: HelloAnswer): void {
    this.#socket.send(pack(answer));
  }

  #stop(): void {
    this.#stage = 'retired';
    clearTimeout(this.#deadline);
    this.#heartbeat?.stop();
  }
}
