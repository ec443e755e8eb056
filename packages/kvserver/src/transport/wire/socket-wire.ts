/** A wire over TCP, or over TLS on TCP. */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { membersIn } from '../../config/member-name.ts';
import { helloBytesMax } from '../handshake.ts';
import { printable } from '../text.ts';
import { type FrameBounds, FrameSplitter, frameHeader, frameKind, headerBytes } from './frame.ts';
import type { Wire, WireEvents } from './wire.ts';

/** The longest reason of a goodbye. */
const reasonBytesMax = 256;
/** How long the other end may take to confirm that a connection closes. */
const closeMsMax = 1000;
/** Frames below this size are copied behind their header, which costs less than a second write. */
const copiedBytesMax = 16 * 1024;

const ping = frameHeader(frameKind.ping, 0);
const pong = frameHeader(frameKind.pong, 0);
const noBytes = new Uint8Array();
/** The label that RFC 9266 gives to channel bindings of TLS 1.3. */
const bindingLabel = 'EXPORTER-Channel-Binding';
const bindingBytes = 32;

const handshakeBounds: FrameBounds = new Map([
  [frameKind.handshake, helloBytesMax],
  [frameKind.goodbye, reasonBytesMax],
]);

export class SocketWire extends EventEmitter<WireEvents> implements Wire {
  readonly #socket: Socket;
  readonly #splitter: FrameSplitter;
  #members: readonly string[] | undefined;
  #reason: string | undefined;
  #isClosing = false;
  #closeTimer: NodeJS.Timeout | undefined;

  /** `socket`: a connection, or one that is being dialed. */
  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    this.#splitter = new FrameSplitter(handshakeBounds, (kind, frame) => this.#take(kind, frame));
    socket.setNoDelay(true);
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () =>
      this.emit('ready'),
    );
    socket.on('data', (chunk: Uint8Array) => this.#onData(chunk));
    socket.on('error', (error) => {
      this.#reason ??= textOf(error);
    });
    socket.on('close', () => {
      clearTimeout(this.#closeTimer);
      this.#splitter.stop();
      this.emit('close', this.#reason ?? 'connection lost');
    });
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  get channelBinding(): Uint8Array {
    const socket = this.#socket;
    if (!(socket instanceof TLSSocket)) return noBytes;
    return socket.exportKeyingMaterial(bindingBytes, bindingLabel, Buffer.alloc(0));
  }

  get members(): readonly string[] | undefined {
    const socket = this.#socket;
    if (!(socket instanceof TLSSocket)) return undefined;
    // Asked twice, Node.js 20 has no certificate the second time.
    this.#members ??= membersIn(socket.getPeerX509Certificate());
    return this.#members;
  }

  sendHandshake(frame: Uint8Array): void {
    this.#send(frameKind.handshake, [frame], frame.byteLength);
  }

  sendMessages(parts: readonly Uint8Array[], byteLength: number): void {
    this.#send(frameKind.messages, parts, byteLength);
  }

  ping(): void {
    if (!this.#isClosing) this.#socket.write(ping);
  }

  open(frameBytesMax: number): void {
    this.#splitter.setBounds(
      new Map([
        [frameKind.messages, frameBytesMax],
        [frameKind.ping, 0],
        [frameKind.pong, 0],
        [frameKind.goodbye, reasonBytesMax],
      ]),
    );
  }

  closeWith(reason: string): void {
    if (this.#isClosing) return;
    const text = Buffer.from(printable(reason));
    this.#send(frameKind.goodbye, [text], text.byteLength);
    this.#isClosing = true;
    this.#socket.end();
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), closeMsMax);
  }

  terminate(): void {
    this.#isClosing = true;
    this.#socket.destroy();
  }

  #send(kind: number, parts: readonly Uint8Array[], byteLength: number): void {
    const socket = this.#socket;
    if (this.#isClosing || !socket.writable) return;
    const header = frameHeader(kind, byteLength);
    if (byteLength <= copiedBytesMax) {
      socket.write(Buffer.concat([header, ...parts], headerBytes + byteLength));
      return;
    }
    socket.cork();
    socket.write(header);
    for (const part of parts) socket.write(part);
    socket.uncork();
  }

  #onData(chunk: Uint8Array): void {
    this.emit('received');
    const violation = this.#splitter.push(chunk);
    if (violation === undefined) return;
    this.#splitter.stop();
    this.emit('violation', violation);
  }

  #take(kind: number, frame: Uint8Array): void {
    switch (kind) {
      case frameKind.messages:
        this.emit('message', frame);
        break;
      case frameKind.handshake:
        this.emit('handshake', frame);
        break;
      case frameKind.ping:
        if (!this.#isClosing) this.#socket.write(pong);
        this.emit('ping');
        break;
      case frameKind.pong:
        this.emit('pong');
        break;
      case frameKind.goodbye:
        this.#reason ??= printable(Buffer.from(frame).toString());
        this.#splitter.stop();
        this.#socket.end();
    }
  }
}

function textOf(error: Error): string {
  // An AggregateError has no message of its own.
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error.message;
}
