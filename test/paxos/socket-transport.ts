/**
 * A transport that uses only what the package exports, as an outsider would write it.
 *
 * Each request is a separate call over a Unix socket: connect, send it as one line of JSON, end;
 * the answer comes back as a line on the same connection. A call that is refused, or ends without a
 * line, is reported as undeliverable. A commit notice has no answer, so the answer is an empty line.
 */
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import {
  type Envelope,
  type Inbox,
  isAnswer,
  type PeerId,
  seqOf,
  type Transport,
} from '@paxkv/paxos';

/**
 * How an incoming call is treated: it is served, served with its answer dropped, or not even read.
 */
export type Admission = 'served' | 'muted' | 'discarded';

export interface SocketTransportOptions {
  /** Where to listen. */
  readonly path: string;
  /** Where to call `peer`. Need not exist. */
  pathTo(peer: PeerId): string;
  /** Called once for each incoming call. */
  admit(): Admission;
}

/** A call without an answer ends after this time: the peer may have no answer. */
const answerWaitMs = 5000;

interface WaitingCall {
  readonly socket: Socket;
  readonly timer: NodeJS.Timeout;
}

export class SocketTransport<V> implements Transport<V> {
  readonly #options: SocketTransportOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Calls that the peer here has not answered yet, by caller and instance, oldest first. */
  readonly #waiting = new Map<string, WaitingCall[]>();
  #inbox: Inbox<V> | undefined;

  constructor(options: SocketTransportOptions) {
    this.#options = options;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#onCall(socket));
  }

  async open(inbox: Inbox<V>): Promise<void> {
    this.#inbox = inbox;
    this.#server.listen(this.#options.path);
    await once(this.#server, 'listening');
  }

  send(envelope: Envelope<V>): void {
    if (this.#inbox === undefined) return;
    if (isAnswer(envelope.message)) this.#answer(envelope);
    else this.#call(envelope);
  }

  async close(): Promise<void> {
    this.#inbox = undefined;
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #call(request: Envelope<V>): void {
    const socket = createConnection({
      path: this.#options.pathTo(request.to),
      allowHalfOpen: true,
    });
    this.#keep(socket);
    readLine(socket, (line) => {
      socket.destroy();
      if (line === undefined) this.#inbox?.undeliverable(request);
      else if (line !== '') this.#inbox?.receive(JSON.parse(line));
    });
    socket.end(`${JSON.stringify(request)}\n`);
  }

  #onCall(socket: Socket): void {
    this.#keep(socket);
    const admission = this.#options.admit();
    if (admission === 'discarded') {
      socket.destroy();
      return;
    }
    if (admission === 'muted') socket.end();
    readLine(socket, (line) => {
      if (line === undefined) return;
      const request: Envelope<V> = JSON.parse(line);
      if (request.message.type === 'decided') reply(socket, '');
      else this.#awaitAnswer(request, socket);
      this.#inbox?.receive(request);
    });
  }

  #awaitAnswer(request: Envelope<V>, socket: Socket): void {
    const key = toKey(request.from, request);
    const calls = this.#waiting.get(key) ?? [];
    const giveUp = () => {
      socket.end();
      this.#settle(key, call);
    };
    const call = { socket, timer: setTimeout(giveUp, answerWaitMs).unref() };
    calls.push(call);
    this.#waiting.set(key, calls);
  }

  #answer(answer: Envelope<V>): void {
    const key = toKey(answer.to, answer);
    const call = this.#waiting.get(key)?.[0];
    if (call === undefined) return;
    this.#settle(key, call);
    reply(call.socket, JSON.stringify(answer));
  }

  #settle(key: string, call: WaitingCall): void {
    clearTimeout(call.timer);
    const left = this.#waiting.get(key)?.filter((each) => each !== call) ?? [];
    if (left.length > 0) this.#waiting.set(key, left);
    else this.#waiting.delete(key);
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function toKey<V>(caller: PeerId, { message }: Envelope<V>): string {
  return `${caller} ${seqOf(message) ?? 'incarnation'}`;
}

function reply(socket: Socket, line: string): void {
  if (socket.writable) socket.end(`${line}\n`);
}

/** Calls back once: with the line received, or with `undefined` if no whole line came. */
function readLine(socket: Socket, callback: (line: string | undefined) => void): void {
  const chunks: string[] = [];
  let settled = false;
  const settle = () => {
    if (settled) return;
    settled = true;
    const text = chunks.join('');
    callback(text.endsWith('\n') ? text.slice(0, -1) : undefined);
  };
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => chunks.push(chunk));
  socket.on('end', settle);
  // Refused, reset or cut: the close event that follows handles it.
  socket.on('error', () => {});
  socket.on('close', settle);
}
