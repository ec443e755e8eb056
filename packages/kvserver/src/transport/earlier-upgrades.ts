/** WebSockets from servers of earlier versions, which ask the HTTP server for an upgrade. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, WebSocketServer } from 'ws';
import { frameBytesMax, type PeerLimits } from '../config/transport-limits.ts';
import { WebSocketWire } from './wire/web-socket-wire.ts';

export class EarlierUpgrades {
  readonly #sockets: WebSocketServer;

  constructor(limits: PeerLimits) {
    const settings: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      perMessageDeflate: false,
      maxPayload: frameBytesMax(limits),
      closeTimeout: Math.min(1000, limits.silenceMsMax),
    };
    this.#sockets = new WebSocketServer(settings);
  }

  /** Only browsers send an origin, and no web page may connect here. */
  take(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    onWire: (wire: WebSocketWire) => void,
  ): void {
    if (request.headers.origin !== undefined) {
      this.refuse(request, socket);
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      onWire(new WebSocketWire(webSocket));
    });
  }

  refuse(request: IncomingMessage, socket: Duplex): void {
    const status = request.headers.origin === undefined ? 503 : 403;
    socket.on('error', () => socket.destroy());
    socket.once('finish', () => socket.destroy());
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#sockets.close(() => resolve()));
  }
}
