/** A wire over a WebSocket, as earlier versions use it. */
import { EventEmitter } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import { helloBytesMax } from '../handshake.ts';
import { printable } from '../text.ts';
import type { Wire, WireEvents } from './wire.ts';

const noBytes = new Uint8Array();

export class WebSocketWire extends EventEmitter<WireEvents> implements Wire {
  readonly channelBinding = noBytes;
  readonly members = undefined;
  readonly #socket: WebSocket;
  #frameBytesMax = helloBytesMax;
  #isOpen = false;
  #reason: string | undefined;

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on('open', () => this.emit('ready'));
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('ping', () => this.emit('ping'));
    socket.on('pong', () => this.emit('pong'));
    socket.on('error', (error) => this.#onError(error));
    socket.on('close', (code, text) => {
      const reason = printable(text.toString()) || `connection lost (${code})`;
      this.emit('close', this.#reason ?? reason);
    });
  }

  get queuedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  sendHandshake(frame: Uint8Array): void {
    this.#send(frame);
  }

  sendMessages(parts: readonly Uint8Array[], byteLength: number): void {
    const [first = noBytes] = parts;
    this.#send(parts.length === 1 ? first : Buffer.concat(parts, byteLength));
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  open(frameBytesMax: number): void {
    this.#frameBytesMax = frameBytesMax;
    this.#isOpen = true;
  }

  closeWith(reason: string): void {
    this.#socket.close(1008, printable(reason));
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #send(frame: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.emit('received');
    if (!isBinary || !(data instanceof Uint8Array)) this.emit('violation', 'bad frame: text');
    else if (data.byteLength > this.#frameBytesMax) this.emit('violation', 'bad frame: too long');
    else this.emit(this.#isOpen ? 'message' : 'handshake', data);
  }

  #onError(error: Error & { code?: string }): void {
    this.#reason ??= error.message;
    // The library is closing the connection. A lost connection is no violation; a broken protocol is.
    if (error.code?.startsWith('WS_ERR') === true)
      this.emit('violation', `bad frame: ${error.message}`);
  }
}
